#include "graph/workers.hpp"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace damask {

class Workers::Pool {
 public:
  explicit Pool(std::uint32_t count) {
    threads_.reserve(count - 1);
    try {
      for (std::size_t worker = 1; worker < count; ++worker) {
        threads_.emplace_back([this, worker] { serve(worker); });
      }
    } catch (...) {
      stop();
      throw;
    }
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() { stop(); }

  std::uint32_t count() const noexcept { return static_cast<std::uint32_t>(threads_.size()) + 1; }

  void run(std::size_t items, const void* context, Call call) {
    {
      const std::lock_guard lock(mutex_);
      items_ = items;
      context_ = context;
      call_ = call;
      next_ = 0;
      failure_ = nullptr;
      busy_ = threads_.size();
      ++round_;
    }
    begun_.notify_all();
    takeItems(0);
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return busy_ == 0; });
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void serve(std::size_t worker) {
    std::uint64_t seen = 0;
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        begun_.wait(lock, [&] { return stopped_ || round_ != seen; });
        if (stopped_) return;
        seen = round_;
      }
      takeItems(worker);
      const std::lock_guard lock(mutex_);
      if (--busy_ == 0) done_.notify_one();
    }
  }

  void takeItems(std::size_t worker) noexcept {
    try {
      for (std::size_t item; (item = next_.fetch_add(1)) < items_;) call_(context_, worker, item);
    } catch (...) {
      next_ = items_;
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
  }

  void stop() noexcept {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    begun_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  std::mutex mutex_;
  std::condition_variable begun_, done_;
  std::uint64_t round_ = 0;
  bool stopped_ = false;
  std::size_t items_ = 0;
  const void* context_ = nullptr;
  Call call_ = nullptr;
  std::atomic<std::size_t> next_{0};
  std::size_t busy_ = 0;
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;
};

bool Workers::hasThreads() noexcept {
#if defined(__EMSCRIPTEN__) && !defined(__EMSCRIPTEN_PTHREADS__)
  return false;
#else
  return true;
#endif
}

Workers::Workers(std::uint32_t count) {
  if (count > 1) pool_ = std::make_unique<Pool>(count);
}
Workers::~Workers() = default;

std::uint32_t Workers::count() const noexcept {
  return pool_ ? pool_->count() : 1;
}

void Workers::share(std::size_t items, const void* context, Call call) {
  pool_->run(items, context, call);
}

}  // namespace damask
