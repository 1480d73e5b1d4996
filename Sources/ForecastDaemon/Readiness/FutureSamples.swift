// Samples of a time that has not come: stored while the clock was wrong, or while `future_skew` allowed them. They keep a
// series from closing bins by what comes now, and what is kept is counted back from them; so `status` names the series.

import SeriesStore

/// The series whose newest sample lies furthest ahead of the clock, and how many others do.
struct FutureSamples: Sendable {
    let series: SeriesKey
    /// Seconds that its newest sample is ahead.
    let ahead: Int64
    let others: Int

    /// What clients' clocks may be ahead is no news.
    static let usual: Int64 = 60_000_000_000

    /// Nil where no series is further ahead than `skew` allows and a minute. Where all of the store's samples are of the past,
    /// which is nearly always, no series is looked at.
    static func found(
        in store: Store, newest: Timestamp?, now: Timestamp, skew: Int64
    ) async -> FutureSamples? {
        let latest = now.addingReportingOverflow(skew &+ usual)
        guard !latest.overflow, let newest, newest > latest.partialValue,
            // Where directories cannot be read, `status` says that instead.
            let summaries = try? await store.reader.summaries()
        else { return nil }
        let ahead = summaries.filter { $0.value.last > latest.partialValue }
        guard let worst = ahead.max(by: { ($0.value.last, $0.key) < ($1.value.last, $1.key) }),
            let key = store.catalogue[worst.key]?.key
        else { return nil }
        return FutureSamples(
            series: key, ahead: (worst.value.last - now) / 1_000_000_000, others: ahead.count - 1)
    }

    /// What is wrong, and what to do: by the clock's word, or by that of the samples.
    func sentence(now: Timestamp) -> String {
        let who = others == 0 ? "\(series) has" : "\(series) and \(others) other series have"
        return "\(who) samples up to \(Durations.words(.seconds(ahead))) ahead of this host's clock, and forecasts "
            + "stand still until then. If the clock is right, "
            + "`forecastd delete '\(series)' --from \(Instants.format(now / 1_000_000_000 * 1_000_000_000))` takes them away"
    }
}
