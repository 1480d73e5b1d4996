// What a look at all that is stored found.
package import SeriesStore

/// Writes `forecastd verify`, and the same as members of a JSON object.
package enum VerifyPage {
    /// Adds the findings to an object.
    package static func write(_ found: Verification, path: String, to json: inout JSONWriter) {
        json.member("file", path)
        json.member("sound", found.problems.isEmpty)
        json.member("series", found.series)
        json.member("segments", found.segments)
        json.member("chunks", found.chunks)
        json.member("journal_rows", found.journalRows)
        json.member("samples", found.samples)
        json.array("damaged") { json in for problem in found.problems { json.value(problem) } }
    }

    /// As an object of its own.
    package static func json(_ found: Verification, path: String) -> [UInt8] {
        var json = JSONWriter()
        json.object { write(found, path: path, to: &$0) }
        json.endLine()
        return json.bytes
    }

    /// What a salvage left behind, as an object of its own.
    package static func json(salvaged path: String, to target: String, lost: [String]) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("file", path)
            json.member("salvaged_to", target)
            json.array("gone") { json in for sentence in lost { json.value(sentence) } }
        }
        json.endLine()
        return json.bytes
    }

    /// For a person; the salvage command is named where something is damaged.
    package static func written(_ found: VerifiedReply) -> String {
        let read =
            "\(found.file): \(Wording.count(found.samples)) samples and records in "
            + "\(Wording.count(found.chunks)) chunks and \(Wording.count(found.journalRows)) journal rows of "
            + "\(Wording.plural(Int(found.series), "series", "series"))"
        if found.damaged.isEmpty { return "\(read): all of it is sound\n" }
        return "\(read)\n" + found.damaged.map { "damaged: \($0)\n" }.joined()
            + "All that is good goes to a new file with `forecastd verify \(found.file) --salvage NEW`.\n"
    }
}

/// What `verify` answers.
package struct VerifiedReply: Decodable, Sendable {
    package let file: String
    package let series, chunks, journalRows, samples: Int64
    /// A sentence for each thing that is damaged.
    package let damaged: [String]
}
