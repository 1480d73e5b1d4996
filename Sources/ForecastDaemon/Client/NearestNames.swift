// What was probably meant when no series matches: names that contain a word of it, or differ by a few letters.

/// The best few of `names` for a matcher that matched none, best first.
package func nearestNames(to matcher: String, among names: [String], atMost limit: Int = 5) -> [String] {
    let wanted = matcher.prefix { $0 != "{" && $0 != " " && $0 != "=" }.lowercased().filter { $0 != "*" }
    guard !wanted.isEmpty else { return Array(names.prefix(limit)) }
    var ranked: [(rank: Int, name: String)] = []
    for name in names {
        let bare = name.prefix { $0 != "{" }.lowercased()
        if bare == wanted {
            ranked.append((0, name))
        } else if bare.contains(wanted) || wanted.contains(bare) {
            ranked.append((1, name))
        } else {
            let distance = editDistance(Array(wanted.utf8), Array(bare.utf8))
            // A third of the letters wrong is a typing error; more is another word.
            if distance * 3 <= max(wanted.count, bare.count) { ranked.append((1 + distance, name)) }
        }
    }
    return ranked.sorted { ($0.rank, $0.name) < ($1.rank, $1.name) }.prefix(limit).map(\.name)
}

/// Letters to insert, delete or replace (Levenshtein). Quadratic; for names.
func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, b) in right.enumerated() {
            let replaced = diagonal + (a == b ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
        }
    }
    return row[right.count]
}
