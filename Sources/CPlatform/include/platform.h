// What Swift cannot see of Linux, or sees only through unsafe pointers: own types and prototypes here, system headers
// and _GNU_SOURCE only in platform.c (glibc's headers in a public header collide with Swift's own Glibc module).
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Who is at the other end of a Unix socket (SO_PEERCRED).
typedef struct {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
} platform_peer;

/// What a descriptor that we inherited is.
enum platform_descriptor_kind {
    platform_not_a_socket = 0,
    platform_listening_stream = 1,  ///< a stream socket in the listening state, Unix or TCP
    platform_connected_stream = 2,
    platform_datagram = 3,
    platform_other_socket = 4,
};

/// Two arenas, early trimming, large blocks by mmap: what keeps resident memory down after a burst of ingest.
void platform_memory_settings(void);
/// Gives the kernel back what is resident without use: free memory in the middle of the heap, and the pages of code and
/// constants, of which a daemon at rest reads a seventh in a minute; the others come back when they are read.
void platform_give_back_memory(void);

/// Makes the calling thread a polite guest (nice value, SCHED_BATCH). Returns the nice value it has afterwards.
int platform_be_guest(int nice_value);

/// Names the calling thread (15 bytes) as `top -H` shows it.
void platform_name_thread(const char *name);

/// CPU time of the calling thread, in nanoseconds.
int64_t platform_thread_cpu_nanoseconds(void);

/// CPU time of the process, in nanoseconds.
int64_t platform_process_cpu_nanoseconds(void);

/// Wall clock, nanoseconds since 1970 UTC.
int64_t platform_wall_nanoseconds(void);

/// CLOCK_MONOTONIC in nanoseconds.
int64_t platform_monotonic_nanoseconds(void);

/// Whether a name is a socket (not followed if it is a symbolic link).
int platform_is_socket(const char *path);

/// Which file a name stands for.
typedef struct {
    uint64_t device;
    uint64_t inode;
    int64_t changed;  ///< nanoseconds since 1970: when its name, mode or contents last changed
} platform_file;

/// Fills `file`; -1 where there is no such name. Symbolic links are not followed.
int platform_file_identity(const char *path, platform_file *file);

/// Kind and rights of a file.
typedef struct {
    uint32_t mode;  ///< st_mode: S_IFMT and the permission bits
    uint32_t gid;
} platform_file_rights;

/// Fills `rights`; -1 where there is no such file. Symbolic links are followed.
int platform_rights(const char *path, platform_file_rights *rights);

/// A listening Unix stream socket at `path` with `mode` set before the first accept; close-on-exec. Replaces nothing.
/// Returns the descriptor, or -1 with errno in `*error`.
int platform_listen_unix(const char *path, unsigned int mode, int backlog, int *error);

/// Listens again with a larger backlog (NIO's own call has made it 128).
int platform_listen_again(int descriptor, int backlog);

/// A connected Unix stream socket, close-on-exec. Returns the descriptor, or -1 with errno in `*error`.
int platform_connect_unix(const char *path, int *error);

/// What kind of descriptor it is; sets close-on-exec on the way.
int platform_kind_of_descriptor(int descriptor);

/// Whether a descriptor is the file that `device:inode` names, both in decimal (JOURNAL_STREAM).
int platform_is_stream(int descriptor, const char *device_and_inode);

/// One datagram to a Unix datagram socket; a leading `@` in the address means the abstract name space.
/// Returns 0, or errno.
int platform_send_datagram(const char *address, const void *bytes, size_t count);

/// Makes standard output line-buffered even when it is a pipe.
void platform_line_buffered_output(void);

/// SO_PEERCRED of a connected Unix socket; 0, or errno.
int platform_peer_of(int descriptor, platform_peer *peer);

/// Takes an exclusive advisory lock on a file that it creates; the lock lives as long as the process.
/// Returns the descriptor, or -1 with errno in `*error` (EWOULDBLOCK: another process holds it).
int platform_lock_file(const char *path, int *error);
