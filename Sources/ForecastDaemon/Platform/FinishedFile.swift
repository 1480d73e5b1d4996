// A file that gets its name when it is whole: written beside it under another name, then renamed. Whatever bears the name
// is complete; what breaks off leaves `NAME.unfinished`, which is removed.

import Glibc

/// The two names of a file in the making.
package struct FinishedFile: Sendable {
    /// Its name once it is whole.
    package let path: String
    /// Its name until then.
    package var unfinished: String { path + ".unfinished" }

    package init(_ path: String) {
        self.path = path
        discard()
    }

    /// It is whole: gives it its name, in place of whatever has it.
    package func finish() throws(DescriptorError) {
        let failed = unsafe rename(unfinished, path)
        guard failed == 0 else { throw DescriptorError(code: errno, attempt: "cannot write \(path)") }
    }

    /// It will not be whole.
    package func discard() { _ = unsafe unlink(unfinished) }

    /// Whether a name is taken.
    package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Bytes of a file; 0 if there is none.
    static func size(of path: String) -> Int64 { Int64((try? Descriptor.size(of: path)) ?? 0) }
}
