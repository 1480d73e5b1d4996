// The lines of a long answer, shown as they come: progress as a bar, results as lines, a failure as a failure.

/// Takes the JSON lines of every `POST` that takes a while.
package struct StreamedProgress {
    private let json: Bool
    private var bar = ProgressBar(screen: Screen(descriptor: 2))
    /// Samples that are on disk, as the daemon has said so far.
    private let stored = SharedCount()

    /// - Parameter json: pass lines on as they are.
    package init(json: Bool) { self.json = json }

    /// - Throws: `.refused` with the sentence of a line that is an error; `.badInput` for an import that
    ///   has lost rows, after all that is to be said of it was written.
    package mutating func take(_ line: [UInt8]) throws(ClientError) {
        guard !line.isEmpty else { return }
        let reply = try decoded(ProgressReply.self, from: line)
        if json { Descriptor.write(String(decoding: line, as: UTF8.self) + "\n", to: 1) }
        if let samples = reply.samples { stored.value = samples }
        if let error = reply.error {
            bar.clear()
            throw .refused(status: reply.status ?? 500, sentence: error)
        }
        if reply.done == true {
            bar.clear()
            if !json {
                Descriptor.write(StreamedProgress.summary(line, reply), to: 1)
                for problem in reply.problems ?? [] { Descriptor.write("forecastd: \(problem)\n", to: 2) }
            }
            if let refused = reply.refused, refused > 0 { throw StreamedProgress.refusal(of: refused, reply) }
        } else if json {
            return
        } else if let message = reply.message, reply.progress == nil {
            bar.clear()
            Descriptor.write("\(message)\n", to: 1)
        } else {
            bar.show(reply.progress, reply.message ?? "")
        }
    }

    /// An import that has lost rows is no success, however many it has stored.
    private static func refusal(of refused: Int64, _ reply: ProgressReply) -> ClientError {
        guard let samples = reply.samples, samples > 0 else {
            let rows = Wording.plural(Int(refused), "row", "rows")
            return .badInput("nothing was imported: not one of \(rows) is good")
        }
        let told = Int64(reply.problems?.count ?? 0)
        let which = told < refused ? "; the first \(told) reasons are above" : ""
        return .badInput(
            "\(Wording.plural(Int(samples), "sample", "samples")) stored, "
                + "\(Wording.plural(Int(refused), "row", "rows")) refused\(which)")
    }

    /// Lets a signal that ends an import say how far it came.
    package func tellIfInterrupted() {
        let (stored, clear) = (stored, Screen(descriptor: 2).isTerminal ? "\r\u{1B}[K" : "")
        Interruption.say { signal in
            "\(clear)forecastd: ended by \(signal): \(Wording.plural(Int(stored.value), "sample", "samples")) are stored "
                + "for certain, perhaps some more. Import it again for the rest; what is there stays as it is\n"
        }
    }

    /// Shows what this side knows while the other side is silent.
    package mutating func show(_ fraction: Double?, _ message: String) {
        if !json { bar.show(fraction, message) }
    }

    /// What was done, as lines.
    private static func summary(_ line: [UInt8], _ reply: ProgressReply) -> String {
        if let imported = try? decoded(ImportedReply.self, from: line) {
            return "imported \(Wording.count(imported.samples)) samples of "
                + "\(Wording.plural(Int(imported.series), "series", "series"))\n"
        }
        if let trained = try? decoded(TrainedReply.self, from: line) {
            return trained.series.map { one in
                let skill = one.skill.map { ", error \(Wording.percent($0)) below the best simple model's" } ?? ""
                return "\(one.series): served by \(one.model ?? "-")\(skill)\n"
            }.joined()
        }
        if let page = ChangePage.written(line) { return page }
        return "\(reply.message ?? "done")\n"
    }

    /// Leaves the screen clean.
    package mutating func end() { bar.clear() }
}
