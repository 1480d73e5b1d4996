/* Stands between the daemon and libc in systemd/checks.sh, by LD_PRELOAD in a drop-in: a disk that stalls, and a wall
   clock that runs faster. It is for checks alone and is installed by nothing.

   - fsync(2) and fdatasync(2) wait while the file that FORECASTD_CHECK_STALL names exists.
   - CLOCK_REALTIME runs FORECASTD_CHECK_SPEED times as fast from the start of the process; CLOCK_MONOTONIC, on which
     the daemon's own timers and the watchdog are, does not. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int (*real_gettime)(clockid_t, struct timespec *);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static const char *stall;
static int64_t speed = 1, start;

static int64_t nanoseconds(const struct timespec *time) { return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec; }

__attribute__((constructor)) static void begin(void) {
    real_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    stall = getenv("FORECASTD_CHECK_STALL");
    const char *factor = getenv("FORECASTD_CHECK_SPEED");
    if (factor) speed = atoll(factor);
    struct timespec now;
    real_gettime(CLOCK_REALTIME, &now);
    start = nanoseconds(&now);
}

static void wait_for_the_disk(void) {
    while (stall && access(stall, F_OK) == 0) usleep(50000);
}

int fsync(int descriptor) {
    wait_for_the_disk();
    return real_fsync(descriptor);
}

int fdatasync(int descriptor) {
    wait_for_the_disk();
    return real_fdatasync(descriptor);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = real_gettime(clock, time);
    if (result == 0 && clock == CLOCK_REALTIME && speed > 1) {
        int64_t now = start + (nanoseconds(time) - start) * speed;
        time->tv_sec = now / 1000000000;
        time->tv_nsec = now % 1000000000;
    }
    return result;
}
