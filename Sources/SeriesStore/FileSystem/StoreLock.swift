// One daemon a file. SQLite would let two of them in and each would think that the heads in its memory are all there
// is. The lock is `flock` on a file beside the database: it goes away with the process, however that ends.

import Glibc

/// Holds the lock of a store.
final class StoreLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `.locked` if another process has it, `.notWritable` if the file beside the store cannot be made.
    init(for path: String) throws(StoreError) {
        let file = path + ".lock"
        descriptor = unsafe open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o660)
        guard descriptor >= 0 else { throw .notWritable(path: file, reason: unsafe String(cString: strerror(errno))) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            Glibc.close(descriptor)
            if reason == EWOULDBLOCK { throw .locked(path: path) }
            throw .notWritable(path: file, reason: unsafe String(cString: strerror(reason)))
        }
    }

    /// Lets others in; called once, after the database is closed.
    func release() { flock(descriptor, LOCK_UN) }

    deinit { Glibc.close(descriptor) }
}
