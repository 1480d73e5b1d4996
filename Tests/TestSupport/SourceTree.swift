// The project's own source files as text, for the tests that hold the house rules.

import Glibc

/// A source file.
public struct SourceFile: Sendable {
    /// Its path from the root of the project.
    public let path: String
    /// Its lines.
    public let lines: [Substring]

    /// Its lines without comments.
    public var code: [Substring] {
        lines.compactMap { line in
            guard let comment = line.firstRange(of: "//") else { return line }
            return line[..<comment.lowerBound]
        }
    }

    /// The modules that it imports.
    public var imports: Set<String> {
        var modules = Set<String>()
        for line in code {
            var words = line.split(separator: " ").map(String.init)
            if let first = words.first, ["public", "internal", "package", "private", "@testable"].contains(first) {
                words.removeFirst()
            }
            guard words.first == "import", words.count > 1 else { continue }
            let isKind = ["struct", "enum", "class", "func", "protocol", "typealias", "let", "var"].contains(words[1])
            let name = isKind && words.count > 2 ? words[2] : words[1]
            modules.insert(String(name.split(separator: ".")[0]))
        }
        return modules
    }

    /// Whether a word stands in its code, whole.
    public func usesWord(_ word: String) -> Bool {
        code.contains { line in
            line.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "_") }).contains { $0 == word }
        }
    }
}

/// The tree of sources that this test was built from.
public enum SourceTree {
    /// The root of the project, found from the place of this file.
    public static let root: String = {
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(3)
        return parts.joined(separator: "/")
    }()

    /// Every Swift file under a folder. Symbolic links are not followed: a file is looked at once.
    public static func files(under folder: String) -> [SourceFile] {
        var found: [SourceFile] = []
        for name in entries(of: root + "/" + folder) {
            let path = folder + "/" + name
            var status = stat()
            guard unsafe lstat(root + "/" + path, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: found += files(under: path)
            case S_IFREG where name.hasSuffix(".swift"):
                let lines = contents(of: root + "/" + path).split(separator: "\n", omittingEmptySubsequences: false)
                found.append(SourceFile(path: path, lines: lines))
            default: break
            }
        }
        return found
    }

    private static func entries(of folder: String) -> [String] {
        guard let handle = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(handle) }
        var names: [String] = []
        while let entry = unsafe readdir(handle) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The whole text of a file; empty if it cannot be read.
    public static func contents(of path: String) -> String {
        guard let file = unsafe fopen(path, "r") else { return "" }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe fread(&piece, 1, piece.count, file)
            if count == 0 { break }
            bytes += piece[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
