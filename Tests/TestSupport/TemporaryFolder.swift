// Folders for tests that need real files and sockets. Short paths: a Unix socket's name holds 107 bytes.

import Glibc

/// A folder that is gone after the test.
public enum TemporaryFolder {
    /// Makes a folder, runs `body` with its path, removes it.
    public static func with<Result>(_ body: (String) throws -> Result) throws -> Result {
        let path = try make()
        defer { remove(path) }
        return try body(path)
    }

    /// The same for asynchronous bodies.
    public static func with<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: (String) async throws -> Result
    ) async throws -> Result {
        let path = try make()
        defer { remove(path) }
        return try await body(path)
    }

    /// Writes a small text file.
    public static func write(_ text: String, to path: String) {
        guard let file = unsafe fopen(path, "w") else { return }
        _ = unsafe fputs(text, file)
        unsafe fclose(file)
    }

    /// Copies a file, if it is there.
    public static func copy(_ path: String, to other: String) {
        guard let source = unsafe fopen(path, "r") else { return }
        defer { unsafe fclose(source) }
        guard let copy = unsafe fopen(other, "w") else { return }
        defer { unsafe fclose(copy) }
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe fread(&piece, 1, piece.count, source)
            if count == 0 { return }
            _ = unsafe fwrite(&piece, 1, count, copy)
        }
    }

    private struct CannotMake: Error {}

    private static func make() throws -> String {
        var template = Array("/tmp/fcd-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw CannotMake() }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func remove(_ path: String) {
        // nftw would need a C callback; the shell does it in one word, and only below our own folder.
        guard path.hasPrefix("/tmp/fcd-") else { return }
        _ = unsafe system("rm -rf -- \(path)")
    }
}

/// Permission bits.
public enum FileMode {
    /// The bits of a file; nil where there is none.
    public static func of(_ path: String) -> UInt32? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        return status.st_mode & 0o7777
    }
}
