// Which file a name stands for, and the right to change names in a directory for a moment. Both are for names that two
// processes may want at once.

import CPlatform
import Glibc

/// A file, whatever it is called.
struct FileIdentity: Sendable, Hashable {
    let device: UInt64
    let inode: UInt64
    /// When its name, mode or contents last changed, nanoseconds: numbers of inodes are given again at once.
    let changed: Int64

    /// The file that has a name now; nil where there is none.
    init?(of path: String) {
        var file = platform_file()
        guard unsafe platform_file_identity(path, &file) == 0 else { return nil }
        device = file.device
        inode = file.inode
        changed = file.changed
    }
}

/// `flock` on the directory of a path; others who ask for it wait. It goes away with the process.
struct DirectoryLock {
    private let descriptor: Int32

    /// Waits for the lock; nil where the directory cannot be read: what follows will say why.
    init?(of path: String) {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        let directory = end == path.startIndex ? (path.hasPrefix("/") ? "/" : ".") : String(path[..<end])
        descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    }

    func release() { close(descriptor) }
}
