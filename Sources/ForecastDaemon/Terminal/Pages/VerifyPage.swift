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

    /// What came of a salvage, as an object of its own.
    package static func json(_ found: Salvaged, of path: String, to target: String) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("file", path)
            json.member("salvaged_to", target)
            json.member("whole", found.isWhole)
            json.member("samples", found.samples)
            json.member("samples_gone", found.samplesGone)
            json.array("tables") { json in
                for table in found.tables {
                    json.object { json in
                        json.member("table", table.name)
                        json.member("rows", table.rows)
                        json.member("damaged_rows", table.refused)
                        // At most; null where nothing says how many there were.
                        json.member("unreadable_rows", table.hasUnknown ? nil : table.unreadable)
                    }
                }
            }
            json.array("gone") { json in for sentence in found.gone { json.value(sentence) } }
        }
        json.endLine()
        return json.bytes
    }

    /// The same for a person: what is gone, what of each table went over, and both together.
    package static func written(_ found: Salvaged, of path: String, to target: String) -> String {
        var text = found.gone.map { "gone: \($0)\n" }.joined()
        for table in found.tables where table.rows > 0 || !table.isWhole {
            text += "\(table.name): \(Wording.count(Int64(table.rows))) \(table.rows == 1 ? "row" : "rows")"
            if table.refused > 0 { text += ", \(Wording.count(Int64(table.refused))) damaged" }
            if table.unreadable > 0 { text += ", \(Wording.count(Int64(table.unreadable))) at most unreadable" }
            text += table.hasUnknown ? ", an unknown number unreadable\n" : "\n"
        }
        text += "\(target): all that is good in \(path), \(Wording.count(Int64(found.samples))) samples and records; "
        if found.isWhole { return text + "nothing is gone\n" }
        text += Wording.plural(found.gone.count, "thing is gone", "things are gone")
        if found.samplesGone > 0 {
            text += ", with them \(Wording.count(Int64(found.samplesGone))) samples and records that are known of"
        }
        return text + "\n"
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
