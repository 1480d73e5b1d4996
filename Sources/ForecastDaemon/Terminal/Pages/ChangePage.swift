// What was changed, as the last line of a streamed answer says it: deleted, renamed, copied, compacted.

/// Writes the ends of `delete`, `rename`, `backup` and `compact`.
enum ChangePage {
    private struct Deleted: Decodable {
        struct One: Decodable {
            let series: String
            let samples: Int64
        }
        let dryRun: Bool
        let wholeSeries: Bool
        let samples: Int64
        let deleted: [One]
    }

    private struct Renamed: Decodable {
        struct One: Decodable { let old, new: String }
        let renamed: [One]
    }

    private struct BackedUp: Decodable {
        let file: String
        let bytes: Int64
    }

    private struct Compacted: Decodable {
        let bytesBefore, bytesAfter: Int64
        let segmentsBefore, segmentsAfter: Int
    }

    /// Series that are named one by one; more would only fill a screen.
    private static let named = 20

    /// The page of a line; nil if it is none of these.
    static func written(_ line: [UInt8]) -> String? {
        if let deleted = try? decoded(Deleted.self, from: line) { return page(deleted) }
        if let renamed = try? decoded(Renamed.self, from: line) {
            return list(renamed.renamed.map { "\($0.old) is now \($0.new)" })
        }
        if let copy = try? decoded(BackedUp.self, from: line) {
            return "\(copy.file): a copy of the whole store, \(Wording.bytes(copy.bytes))\n"
        }
        if let compacted = try? decoded(Compacted.self, from: line) {
            return "from \(Wording.bytes(compacted.bytesBefore)) to \(Wording.bytes(compacted.bytesAfter)), from "
                + "\(compacted.segmentsBefore) to \(Wording.plural(compacted.segmentsAfter, "segment", "segments"))\n"
        }
        return nil
    }

    private static func page(_ deleted: Deleted) -> String {
        let what = deleted.wholeSeries ? "with all their samples" : "in this range"
        let count = Wording.plural(deleted.deleted.count, "series", "series")
        let end =
            deleted.dryRun
            ? "would go: \(Wording.count(deleted.samples)) samples of \(count), \(what); nothing was deleted\n"
            : "deleted \(Wording.count(deleted.samples)) samples of \(count), \(what)\n"
        return list(deleted.deleted.map { "\($0.series): \(Wording.count($0.samples)) samples" }) + end
    }

    private static func list(_ lines: [String]) -> String {
        let shown = lines.prefix(named).map { $0 + "\n" }.joined()
        return lines.count > named ? shown + "… and \(lines.count - named) more\n" : shown
    }
}
