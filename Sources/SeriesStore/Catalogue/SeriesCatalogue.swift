// Every series of the store, in memory: from key to id and from id to what is known. A new series gets its id here at
// once; its row is inserted in the transaction of the first journal row after that, so that the file never names a
// sample's series that it does not know.

import Synchronization

/// The series of an open store.
public final class SeriesCatalogue: Sendable {
    private struct Contents {
        var infos: [SeriesID: SeriesInfo] = [:]
        /// The series of a key hash; where two keys share one, the second is in `collisions`.
        var byHash: [UInt64: SeriesID] = [:]
        var collisions: [SeriesKey: SeriesID] = [:]
        /// The series of each name: most questions are about one of some thousand names.
        var byName: [String: Set<SeriesID>] = [:]
        var nextID: SeriesID = 1
        /// Series whose rows are not in the file yet, in order of id.
        var unwritten: [SeriesID] = []
        var generation = 0
    }

    private let contents: Mutex<Contents>
    private let now: @Sendable () -> Timestamp

    init(_ known: [SeriesInfo], nextID: SeriesID, now: @escaping @Sendable () -> Timestamp) {
        var contents = Contents()
        contents.nextID = nextID
        for info in known { Self.add(info, to: &contents) }
        self.contents = Mutex(contents)
        self.now = now
    }

    /// The series with this key.
    public func find(_ key: SeriesKey) -> SeriesID? { find(canonical: key.bytes) }

    /// The series with this key, from bytes that a parser has put into canonical form.
    public func find(canonical bytes: [UInt8]) -> SeriesID? {
        let hash = XXH64.hash(bytes)
        return contents.withLock { Self.find(bytes, hash: hash, in: $0) }
    }

    /// The series with this key, made if there is none.
    ///
    /// - Parameters:
    ///   - describing: asked only for a new series: its kind, the unit of its bins, how bins are made.
    ///   - uid: who sent its first sample, if the transport told.
    public func intern(
        _ key: SeriesKey, describing: (SeriesKey) -> (SeriesKind, String, Aggregate), uid: Int64?
    ) -> SeriesID {
        let hash = key.hash64
        if let known = contents.withLock({ Self.find(key.bytes, hash: hash, in: $0) }) { return known }
        // Not under the lock: it may match patterns of a configuration.
        let (kind, unit, aggregate) = describing(key)
        let createdDay = now().day
        return contents.withLock { contents in
            if let known = Self.find(key.bytes, hash: hash, in: contents) { return known }
            let info = SeriesInfo(
                id: contents.nextID, key: key, kind: kind, unit: unit, aggregate: aggregate, createdDay: createdDay,
                uid: uid)
            contents.nextID += 1
            contents.unwritten.append(info.id)
            Self.add(info, to: &contents)
            return info.id
        }
    }

    /// What is known about a series.
    public subscript(id: SeriesID) -> SeriesInfo? { contents.withLock { $0.infos[id] } }

    /// How many series there are.
    public var count: Int { contents.withLock { $0.infos.count } }

    /// Counts deletions and renamings: who remembers which id a key has must ask again once this has changed.
    public var generation: Int { contents.withLock { $0.generation } }

    /// All series, in order of name and labels.
    public func all() -> [SeriesInfo] { contents.withLock { Array($0.infos.values) }.sorted { $0.key < $1.key } }

    /// The series that a selector selects, in order of name and labels.
    public func matching(_ selector: Selector) -> [SeriesInfo] {
        contents.withLock { Array($0.infos.values) }.filter { selector.matches($0.key) }.sorted { $0.key < $1.key }
    }

    /// The series of a name, in no order.
    public func named(_ name: String) -> [SeriesInfo] {
        contents.withLock { contents in (contents.byName[name] ?? []).compactMap { contents.infos[$0] } }
    }

    /// The names that series have, in no order.
    public var names: [String] { contents.withLock { Array($0.byName.keys) } }

    /// Those ids that are of no series.
    func unknown(among ids: [SeriesID]) -> Set<SeriesID> {
        contents.withLock { contents in Set(ids.filter { contents.infos[$0] == nil }) }
    }

    /// Takes the series whose rows must be inserted with the next journal row.
    func takeUnwritten() -> [SeriesInfo] {
        contents.withLock { contents in
            defer { contents.unwritten = [] }
            return contents.unwritten.compactMap { contents.infos[$0] }
        }
    }

    /// Gives them back, after a commit that did not happen.
    func returnUnwritten(_ infos: [SeriesInfo]) {
        contents.withLock { $0.unwritten = infos.map(\.id) + $0.unwritten }
    }

    /// Takes over what a committed row says.
    func update(_ info: SeriesInfo) {
        contents.withLock { contents in
            if contents.infos[info.id] != nil { contents.infos[info.id] = info }
        }
    }

    /// Forgets a series; its id is not given again.
    func remove(_ id: SeriesID) {
        contents.withLock { contents in
            guard let info = contents.infos.removeValue(forKey: id) else { return }
            contents.generation += 1
            contents.unwritten.removeAll { $0 == id }
            Self.unlist(info.key, id, in: &contents)
        }
    }

    /// Lists a series under another key.
    func rename(_ id: SeriesID, to key: SeriesKey) {
        contents.withLock { contents in
            guard var info = contents.infos[id] else { return }
            contents.generation += 1
            Self.unlist(info.key, id, in: &contents)
            info.key = key
            Self.add(info, to: &contents)
        }
    }

    private static func unlist(_ key: SeriesKey, _ id: SeriesID, in contents: inout Contents) {
        contents.byName[key.name]?.remove(id)
        if contents.byName[key.name]?.isEmpty == true { contents.byName[key.name] = nil }
        if contents.collisions[key] == id {
            contents.collisions[key] = nil
            return
        }
        // Another key with this hash may wait behind it.
        let hash = key.hash64
        contents.byHash[hash] = contents.collisions.first { $0.key.hash64 == hash }?.value
        if let next = contents.byHash[hash].flatMap({ contents.infos[$0] }) { contents.collisions[next.key] = nil }
    }

    private static func add(_ info: SeriesInfo, to contents: inout Contents) {
        contents.infos[info.id] = info
        contents.byName[info.key.name, default: []].insert(info.id)
        let hash = info.key.hash64
        if contents.byHash[hash] == nil {
            contents.byHash[hash] = info.id
        } else {
            contents.collisions[info.key] = info.id
        }
    }

    private static func find(_ bytes: [UInt8], hash: UInt64, in contents: Contents) -> SeriesID? {
        guard let id = contents.byHash[hash] else { return nil }
        if contents.infos[id]?.key.bytes == bytes { return id }
        if contents.collisions.isEmpty { return nil }
        return (try? SeriesKey(canonical: bytes)).flatMap { contents.collisions[$0] }
    }
}
