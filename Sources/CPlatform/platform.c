#define _GNU_SOURCE
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

void platform_memory_settings(void) {
    // Measured: after bursts of 8 MB streams the resident size stays 25 MB instead of 32 to 40. Two arenas, not one:
    // an idle-priority trainer that holds the only arena's lock would stop everyone.
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_TRIM_THRESHOLD, 256 * 1024);
    mallopt(M_MMAP_THRESHOLD, 256 * 1024);
}

/// Lets go of one loaded object's pages that nobody can have written. `size` is of `info`, `unused` nothing.
static int let_go(struct dl_phdr_info *info, size_t size, void *unused) {
    (void)size;
    (void)unused;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
        uintptr_t start = (info->dlpi_addr + segment->p_vaddr) & ~(page - 1);
        uintptr_t end = (info->dlpi_addr + segment->p_vaddr + segment->p_filesz) & ~(page - 1);
        // What comes back is read from the file that was mapped, also where another has taken its name since.
        if (start < end) madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void platform_give_back_memory(void) {
    malloc_trim(0);
    dl_iterate_phdr(let_go, NULL);
}

int platform_be_guest(int nice_value) {
    pid_t thread = (pid_t)syscall(SYS_gettid);
    struct sched_param none = {0};
    sched_setscheduler(thread, SCHED_BATCH, &none);
    setpriority(PRIO_PROCESS, (id_t)thread, nice_value);
    return getpriority(PRIO_PROCESS, (id_t)thread);
}

void platform_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

static int64_t nanoseconds_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t platform_thread_cpu_nanoseconds(void) { return nanoseconds_of(CLOCK_THREAD_CPUTIME_ID); }

int64_t platform_process_cpu_nanoseconds(void) { return nanoseconds_of(CLOCK_PROCESS_CPUTIME_ID); }

int64_t platform_wall_nanoseconds(void) { return nanoseconds_of(CLOCK_REALTIME); }

int64_t platform_monotonic_nanoseconds(void) { return nanoseconds_of(CLOCK_MONOTONIC); }

int platform_file_identity(const char *path, platform_file *file) {
    struct stat status;
    if (lstat(path, &status) != 0) return -1;
    file->device = status.st_dev;
    file->inode = status.st_ino;
    file->changed = (int64_t)status.st_ctim.tv_sec * 1000000000 + status.st_ctim.tv_nsec;
    return 0;
}

int platform_rights(const char *path, platform_file_rights *rights) {
    struct stat status;
    if (stat(path, &status) != 0) return -1;
    rights->mode = status.st_mode;
    rights->gid = status.st_gid;
    return 0;
}

int platform_is_socket(const char *path) {
    struct stat status;
    return lstat(path, &status) == 0 && S_ISSOCK(status.st_mode);
}

/// Fills `address`; a leading '@' names the abstract space. Returns its length, or 0 when the path does not fit.
static socklen_t unix_address(const char *path, struct sockaddr_un *address) {
    size_t length = strlen(path);
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (length == 0 || length >= sizeof address->sun_path) return 0;
    memcpy(address->sun_path, path, length);
    if (path[0] == '@') {
        address->sun_path[0] = 0;
        return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    }
    return sizeof *address;
}

int platform_listen_unix(const char *path, unsigned int mode, int backlog, int *error) {
    struct sockaddr_un address;
    socklen_t length = unix_address(path, &address);
    if (length == 0) {
        *error = ENAMETOOLONG;
        return -1;
    }
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        *error = errno;
        return -1;
    }
    // The mode must stand before the first client can come. Between bind() and listen() a connect() is refused whatever
    // the mode of the name is, so chmod() there is in time. A umask would be the whole process's: files that other
    // threads make and processes that they start meanwhile would be too strict.
    int bound = bind(descriptor, (struct sockaddr *)&address, length);
    *error = errno;
    if (bound == 0 && chmod(path, mode) == 0 && listen(descriptor, backlog) == 0) return descriptor;
    if (bound == 0) {
        *error = errno;
        unlink(path);
    }
    close(descriptor);
    return -1;
}

int platform_listen_again(int descriptor, int backlog) { return listen(descriptor, backlog); }

int platform_connect_unix(const char *path, int *error) {
    struct sockaddr_un address;
    socklen_t length = unix_address(path, &address);
    if (length == 0) {
        *error = ENAMETOOLONG;
        return -1;
    }
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor >= 0 && connect(descriptor, (struct sockaddr *)&address, length) == 0) return descriptor;
    *error = errno;
    if (descriptor >= 0) close(descriptor);
    return -1;
}

int platform_kind_of_descriptor(int descriptor) {
    struct stat status;
    if (fstat(descriptor, &status) != 0 || !S_ISSOCK(status.st_mode)) return platform_not_a_socket;
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    int type = 0, listening = 0;
    socklen_t size = sizeof type;
    if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0) return platform_other_socket;
    if (type == SOCK_DGRAM) return platform_datagram;
    if (type != SOCK_STREAM) return platform_other_socket;
    size = sizeof listening;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0) return platform_other_socket;
    return listening ? platform_listening_stream : platform_connected_stream;
}

int platform_is_stream(int descriptor, const char *device_and_inode) {
    struct stat status;
    char name[48];
    if (fstat(descriptor, &status) != 0) return 0;
    snprintf(name, sizeof name, "%llu:%llu", (unsigned long long)status.st_dev, (unsigned long long)status.st_ino);
    return strcmp(name, device_and_inode) == 0;
}

int platform_send_datagram(const char *path, const void *bytes, size_t count) {
    struct sockaddr_un address;
    socklen_t length = unix_address(path, &address);
    if (length == 0) return ENAMETOOLONG;
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return errno;
    ssize_t sent = sendto(descriptor, bytes, count, MSG_NOSIGNAL, (struct sockaddr *)&address, length);
    int result = sent == (ssize_t)count ? 0 : errno;
    close(descriptor);
    return result;
}

void platform_line_buffered_output(void) { setvbuf(stdout, NULL, _IOLBF, 0); }

int platform_peer_of(int descriptor, platform_peer *peer) {
    struct ucred credentials;
    socklen_t size = sizeof credentials;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return errno;
    peer->pid = credentials.pid;
    peer->uid = credentials.uid;
    peer->gid = credentials.gid;
    return 0;
}

int platform_lock_file(const char *path, int *error) {
    int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        *error = errno;
        return -1;
    }
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
    *error = errno;
    close(descriptor);
    return -1;
}
