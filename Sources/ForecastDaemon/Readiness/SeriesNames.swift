// Series by name, so that a question about one of 50 000 looks at those of its name and not at all. It is a copy of what
// the catalogue says, brought up to date when it is asked: new series have ever higher ids, and whoever removes or renames
// one raises the catalogue's generation.

import SeriesStore
import Synchronization

/// An index over a catalogue. Safe from any task.
final class SeriesNames: Sendable {
    private struct Index: Sendable {
        var generation = -1
        /// Series in it, and the id from which on others are looked for.
        var count = 0
        var next: SeriesID = 0
        var ids: [String: [SeriesID]] = [:]

        mutating func add(_ info: SeriesInfo) {
            ids[info.key.name, default: []].append(info.id)
            count += 1
            next = max(next, info.id + 1)
        }
    }

    private let index = Mutex(Index())

    /// The name that a selector begins with, where it names one and not a pattern: `disk` of `disk{path="/"}` and of
    /// `disk path=/`.
    static func plain(_ selector: String) -> String? {
        let name = selector.prefix { $0 != "{" && $0 != " " }
        let isPattern = name.contains { "*?[]\\\"'`=!~,\t\n".contains($0) }
        // What stands between name and brace is left to the selector.
        let isAlone = name.endIndex == selector.endIndex || selector[name.endIndex] == "{" || !selector.contains("{")
        return name.isEmpty || isPattern || !isAlone ? nil : String(name)
    }

    /// The series of a name, in no order.
    func series(named name: String, in catalogue: SeriesCatalogue) -> [SeriesInfo] {
        let ids = current(catalogue) { $0.ids[name] ?? [] }
        return ids.compactMap { catalogue[$0] }.filter { $0.key.name == name }
    }

    /// All names.
    func all(in catalogue: SeriesCatalogue) -> [String] { current(catalogue) { Array($0.ids.keys) } }

    private func current<Result: Sendable>(_ catalogue: SeriesCatalogue, _ read: (Index) -> Result) -> Result {
        let generation = catalogue.generation
        return index.withLock { index in
            if index.generation == generation {
                while index.count < catalogue.count, let info = catalogue[index.next] { index.add(info) }
            }
            // Also where an id was skipped: that of a series deleted before this daemon started.
            if index.generation != generation || index.count < catalogue.count {
                index = Index()
                for info in catalogue.all() { index.add(info) }
                index.generation = generation
            }
            return read(index)
        }
    }
}
