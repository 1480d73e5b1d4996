// "Did you mean": the names closest to one that does not exist. Also used for keys of the configuration.

/// Suggestions by edit distance.
public enum NearestNames {
    /// The names closest to `name`, best first: at most `limit`, and none that has little to do with it (more than a
    /// third of the letters to change, unless one is part of the other).
    public static func nearest(to name: String, among names: some Sequence<String>, limit: Int = 3) -> [String] {
        let wanted = Array(name.lowercased().utf8.prefix(200))
        var found: [(distance: Int, name: String)] = []
        for candidate in Set(names) {
            let bytes = Array(candidate.lowercased().utf8.prefix(200))
            let steps = distance(wanted, bytes)
            let isPart = wanted.count >= 3 && bytes.count >= 3 && (contains(bytes, wanted) || contains(wanted, bytes))
            if steps * 3 <= max(wanted.count, bytes.count) || isPart { found.append((steps, candidate)) }
        }
        found.sort { ($0.distance, $0.name) < ($1.distance, $1.name) }
        return found.prefix(limit).map(\.name)
    }

    /// Edit distance with transposition of neighbours as one step (optimal string alignment).
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [Int](repeating: i, count: b.count + 1)
            for j in 1...b.count {
                let change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                row[j] = min(change, last[j] + 1, row[j - 1] + 1)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], beforeLast[j - 2] + 1)
                }
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }

    private static func contains(_ whole: [UInt8], _ part: [UInt8]) -> Bool {
        guard part.count <= whole.count else { return false }
        return (0...whole.count - part.count).contains { whole[$0..<$0 + part.count].elementsEqual(part) }
    }
}
