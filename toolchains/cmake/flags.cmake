# Flags that every translation unit of damask is built with. Contraction of a*b+c into a fused
# multiply-add would change the last bit from one target to another, so it is off everywhere.
add_library(damask_flags INTERFACE)
target_compile_options(damask_flags INTERFACE -ffp-contract=off -Wall -Wextra -Wpedantic -Wshadow)
if(DAMASK_WERROR)
  target_compile_options(damask_flags INTERFACE -Werror)
endif()
if(EMSCRIPTEN)
  target_compile_options(damask_flags INTERFACE -fwasm-exceptions)
  target_link_options(damask_flags INTERFACE -fwasm-exceptions)
  if(DAMASK_WASM_SIMD)
    target_compile_options(damask_flags INTERFACE -msimd128)
  endif()
endif()
if(DAMASK_SANITIZE)
  # hnswlib's manual prefetch reads one link past a full list (harmless, but out of bounds).
  target_compile_definitions(damask_flags INTERFACE NO_MANUAL_VECTORIZATION DAMASK_PAGES_FROM_HEAP)
  target_compile_options(damask_flags INTERFACE -fsanitize=address,undefined
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  # gcc 12 sees uninitialised reads in its own <regex> when that is instrumented.
  target_compile_options(damask_flags INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(damask_flags INTERFACE -fsanitize=address,undefined)
endif()
if(DAMASK_SANITIZE_THREADS)
  target_compile_options(damask_flags INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(damask_flags INTERFACE -fsanitize=thread)
endif()
if(DAMASK_BUILD_FUZZERS)
  # Coverage in every translation unit, and a loader that looks past checksums as the fuzzer must.
  target_compile_options(damask_flags INTERFACE -fsanitize=fuzzer-no-link)
  target_compile_definitions(damask_flags INTERFACE DAMASK_FUZZ_WITHOUT_CHECKSUMS)
endif()
