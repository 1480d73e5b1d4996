// Files of the offline commands, read and written whole. Nothing here knows what is in them.

internal import FoundationEssentials

/// Reading and writing of whole files.
enum OfflineFiles {
    /// Unpacked bytes that a `.gz` may hold at most: what a machine with 2 GB can still take.
    private static let mostUnpacked = 1 << 30

    /// The bytes of a file, unpacked if its name ends in `.gz`.
    static func read(_ path: String) throws(OfflineError) -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw .unreadable(path: path, reason: reason(error))
        }
        guard path.hasSuffix(".gz") else { return bytes }
        do throws(InflateError) {
            return try Inflate.gunzip(bytes, limit: mostUnpacked)
        } catch {
            throw .unreadable(path: path, reason: error.description)
        }
    }

    /// Replaces a file by these bytes.
    static func write(_ bytes: [UInt8], to path: String) throws(OfflineError) {
        do {
            try Data(bytes).write(to: URL(filePath: path))
        } catch {
            throw .unwritable(path: path, reason: reason(error))
        }
    }

    /// Makes a folder and those above it; one that exists is fine.
    static func makeFolder(_ path: String) throws(OfflineError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .unwritable(path: path, reason: reason(error))
        }
    }

    /// The last part of a path.
    static func name(_ path: String) -> String {
        String(path.split(separator: "/", omittingEmptySubsequences: true).last ?? "")
    }

    /// The file name for a series: every byte other than ASCII letters, digits, `.`, `_` and `-` becomes `_`.
    static func safe(_ id: String) -> String {
        String(
            decoding: id.utf8.map { byte -> UInt8 in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    byte
                default: UInt8(ascii: "_")
                }
            }, as: UTF8.self)
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? CocoaError else { return "\(error)" }
        switch error.code {
        case .fileReadNoSuchFile, .fileNoSuchFile: return "there is no such file"
        case .fileReadNoPermission, .fileWriteNoPermission: return "no permission"
        case .fileWriteOutOfSpace: return "the disk is full"
        case .fileWriteVolumeReadOnly: return "the file system is read-only"
        default: return "\(error)"
        }
    }
}
