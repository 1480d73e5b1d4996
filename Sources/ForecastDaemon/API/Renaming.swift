// What `rename OLD NEW` means. With labels on either side, one series gets another key: `cpu{host=a}` becomes
// `cpu{host=b}`. Without, all series of a name get the other name and keep their labels. Pure.

import SeriesStore

/// One series and its new key.
struct Renaming: Sendable, Hashable {
    let info: SeriesInfo
    let key: SeriesKey

    /// All that a pair of texts asks for, in the order of the keys.
    ///
    /// - Parameter all: every series there is.
    /// - Throws: which text is wrong, or that nothing is called so, with near names.
    static func plan(old: String, new: String, among all: [SeriesInfo]) throws(RenamePlanError) -> [Renaming] {
        let (oldKey, newKey) = (try key(old), try key(new))
        if oldKey == newKey { throw .same(old) }
        if old.utf8.contains(UInt8(ascii: "{")) || new.utf8.contains(UInt8(ascii: "{")) {
            guard let info = all.first(where: { $0.key == oldKey }) else { throw unknown(old, all) }
            return [Renaming(info: info, key: newKey)]
        }
        var plan: [Renaming] = []
        for info in all where info.key.name == oldKey.name {
            do throws(SeriesKeyError) {
                let labels = info.key.labels.map { (name: $0.name, value: $0.value) }
                plan.append(Renaming(info: info, key: try SeriesKey(name: newKey.name, labels: labels)))
            } catch {
                throw .malformed(new, reason: error.description)
            }
        }
        if plan.isEmpty { throw unknown(old, all) }
        return plan
    }

    private static func key(_ text: String) throws(RenamePlanError) -> SeriesKey {
        do throws(SeriesTextError) { return try seriesKey(printed: text) } catch {
            throw .malformed(text, reason: error.description)
        }
    }

    private static func unknown(_ text: String, _ all: [SeriesInfo]) -> RenamePlanError {
        let name = String(text.prefix { $0 != "{" })
        let near = Set(NearestNames.nearest(to: name, among: Set(all.map(\.key.name))))
        return .unknown(text, near: all.map(\.key).filter { near.contains($0.name) }.prefix(6).map(\.description))
    }
}

/// Why a renaming makes no sense.
enum RenamePlanError: Error, Equatable, CustomStringConvertible {
    case malformed(String, reason: String)
    case same(String)
    case unknown(String, near: [String])

    var isUnknown: Bool {
        switch self {
        case .unknown: true
        case .malformed, .same: false
        }
    }

    var description: String {
        switch self {
        case .malformed(_, let reason): reason
        case .same(let text): "\(text) is called so already"
        case .unknown(let text, let near):
            "no series is called \(text)" + (near.isEmpty ? "" : "; near: \(near.joined(separator: ", "))")
        }
    }
}
