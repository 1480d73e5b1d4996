// Tiers as the configuration writes them: `5m:3y, 1h:10y` keeps bins of five minutes for three years and bins of an hour for
// ten, the way Graphite writes its retentions.

/// One tier: bins of a step, and how long they are kept.
public struct TierSetting: Sendable, Equatable {
    /// Length of a bin, whole seconds.
    public var step: Duration
    /// Age, counted from each series' newest sample.
    public var keep: Duration

    private static let most = 4

    /// `none`, or a list; the order does not matter.
    static func parse(_ text: String) throws(ValueError) -> [TierSetting] {
        if text == "none" { return [] }
        var tiers: [TierSetting] = []
        for part in text.split(separator: ",") {
            let item = String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            let halves = item.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard halves.count == 2 else { throw ValueError("`\(item)` is not a tier", hint: "5m:3y, 1h:10y") }
            let step = try Values.wholeSeconds(halves[0])
            guard step >= .seconds(10), step <= .seconds(30 * 86_400) else {
                throw ValueError("`\(halves[0])` is no step of a tier", hint: "10s to 30d")
            }
            if tiers.contains(where: { $0.step == step }) {
                throw ValueError("there are two tiers of \(halves[0])", hint: "")
            }
            let keep = try Values.duration(halves[1], atLeast: .seconds(3600))
            tiers.append(TierSetting(step: step, keep: keep))
        }
        if tiers.isEmpty { throw ValueError("`\(text)` names no tier", hint: "none, or 5m:3y") }
        if tiers.count > most { throw ValueError("that are \(tiers.count) tiers", hint: "at most \(most)") }
        return tiers.sorted { $0.step < $1.step }
    }

    /// The form that `parse` reads.
    static func print(_ tiers: [TierSetting]) -> String {
        if tiers.isEmpty { return "none" }
        return tiers.map { Durations.compact($0.step) + ":" + Durations.compact($0.keep) }.joined(separator: ", ")
    }
}
