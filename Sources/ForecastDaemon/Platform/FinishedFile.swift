// A file that gets its name when it is whole: written beside it under another name, then renamed. Whatever bears the name
// is complete; what breaks off is removed. The other name cannot be foreseen and is made for this file alone, so that
// neither somebody's file nor somebody's link of that name is ever opened. What is no regular file (`/dev/null`, a pipe)
// cannot be made anew and is not this type's to write: see `isStream`.

internal import CPlatform
internal import Glibc

/// The two names of a file in the making.
package struct FinishedFile: Sendable {
    /// Its name once it is whole: where a symbolic link leads, so that the link stays.
    package let path: String
    /// Its name until then.
    package let unfinished: String

    /// Links followed to a name that is none; the kernel's own bound (path_resolution(7)).
    private static let mostLinks = 40

    package init(_ path: String) {
        self.path = Self.followed(path)
        unfinished = self.path + ".unfinished-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    }

    /// Makes the unfinished file, with the mode of the one that it will replace.
    package func create() throws(DescriptorError) -> Descriptor {
        var rights = platform_file_rights()
        if unsafe platform_rights(path, &rights) == 0, rights.mode & S_IFMT == S_IFDIR {
            throw DescriptorError(code: EISDIR, attempt: "cannot write \(path)")
        }
        let file = try Descriptor.create(new: unfinished)
        if unsafe platform_rights(path, &rights) == 0 { fchmod(file.raw, rights.mode & 0o777) }
        return file
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

    /// Whether a name leads to something that is written through and never replaced: a device, a pipe, a socket.
    package static func isStream(_ path: String) -> Bool {
        var rights = platform_file_rights()
        guard unsafe platform_rights(path, &rights) == 0 else { return false }
        return ![S_IFREG, S_IFDIR].contains(rights.mode & S_IFMT)
    }

    /// Bytes of a file; 0 if there is none.
    static func size(of path: String) -> Int64 { Int64((try? Descriptor.size(of: path)) ?? 0) }

    /// The name at the end of a chain of links, whether there is a file or not.
    private static func followed(_ path: String) -> String {
        var path = path
        for _ in 0..<mostLinks {
            var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe buffer.baseAddress.map { unsafe readlink(path, $0, buffer.count) } ?? 0
            }
            guard count > 0 else { break }
            let target = String(decoding: bytes[..<count], as: UTF8.self)
            let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
            path = target.hasPrefix("/") ? target : folder + target
        }
        return path
    }
}
