// The few things that we ask the file system itself.

import Glibc

/// The size of a file, 0 if there is none.
enum FileSize {
    static func bytes(_ path: String) -> Int {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        return max(0, Int(lseek(descriptor, 0, SEEK_END)))
    }
}

/// The space of a file system.
struct FileSystemSpace: Sendable {
    var total: Int
    /// What an unprivileged process may still use.
    var available: Int

    /// The file system that a file lies on; nil if it does not say.
    init?(at path: String) {
        var answer = statvfs()
        guard unsafe statvfs(path, &answer) == 0 else { return nil }
        total = Int(answer.f_blocks) * Int(answer.f_frsize)
        available = Int(answer.f_bavail) * Int(answer.f_frsize)
    }
}
