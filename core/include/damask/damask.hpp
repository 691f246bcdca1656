#pragma once

/// damask: a pattern store that gives the same answer, to the last bit, natively and in
/// WebAssembly. Include this; the parts are documented in their own headers.

#include "damask/error.hpp"
#include "damask/filter.hpp"
#include "damask/isa.hpp"
#include "damask/metadata.hpp"
#include "damask/options.hpp"
#include "damask/pattern.hpp"
#include "damask/pattern_store.hpp"
#include "damask/snapshot.hpp"
