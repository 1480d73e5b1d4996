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
