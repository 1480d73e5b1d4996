// What forecasting must know of samples the moment they are committed: that a series has moved, how far, whether
// something came late, and the rhythm in which it arrives. The commit loop calls `note` for every batch, so it is quick
// and bounded: one small entry a series, never the samples themselves. Whoever needs values reads them from the store.

import SeriesStore
import Synchronization

/// The news since forecasting last looked.
final class ArrivalBook: Sendable {
    /// What one series did.
    struct News: Sendable {
        let series: SeriesID
        /// Newest timestamp ever committed, in event time.
        let newest: Timestamp
        /// Oldest timestamp committed since the last look.
        let oldest: Timestamp
        /// Samples committed since the last look.
        let samples: Int
        /// The rhythm in force.
        let rhythm: IntervalDetector.Rhythm
    }

    private struct Page: Sendable {
        var detector = IntervalDetector()
        var newest = Timestamp.min
        var oldest = Timestamp.max
        var samples = 0

        /// - Returns: whether these are the first samples since the last look.
        mutating func note(_ timestamps: ArraySlice<Timestamp>) -> Bool {
            for timestamp in timestamps {
                _ = detector.observe(timestamp)
                newest = max(newest, timestamp)
                oldest = min(oldest, timestamp)
            }
            samples += timestamps.count
            return samples == timestamps.count
        }
    }

    private struct Book: Sendable {
        var pages: [SeriesID: Page] = [:]
        var touched: [SeriesID] = []
    }

    private let book = Mutex(Book())

    /// Notes committed samples, those of one series in journal order. Cost: some comparisons a sample, and a dictionary
    /// look-up for neighbours of one series.
    func note(_ batch: SampleBatch) {
        let runs = batch.runs
        book.withLock { book in
            for run in runs {
                let series = batch.series[run.lowerBound]
                // Changed where it stands: a page has 300 bytes.
                if book.pages[series, default: Page()].note(batch.timestamps[run]) { book.touched.append(series) }
            }
        }
    }

    /// Tells what is known of a series from an earlier life of the daemon.
    func restore(series: SeriesID, intervalSeconds: Double?, newest: Timestamp) {
        book.withLock { book in
            var page = Page()
            page.detector = IntervalDetector(intervalSeconds: intervalSeconds)
            page.newest = newest
            book.pages[series] = page
        }
    }

    /// The newest timestamps of the series whose news nobody has taken yet.
    var unread: [SeriesID: Timestamp] {
        book.withLock { book in
            Dictionary(book.touched.compactMap { id in book.pages[id].map { (id, $0.newest) } }) { first, _ in first }
        }
    }

    /// The news since the last call, commit by commit, in each in order of series; and it is old from now on.
    func drain() -> [News] {
        book.withLock { book in
            let touched = book.touched
            book.touched.removeAll(keepingCapacity: true)
            return touched.compactMap { series in
                guard var page = book.pages[series] else { return nil }
                let news = News(
                    series: series, newest: page.newest, oldest: page.oldest, samples: page.samples,
                    rhythm: page.detector.rhythm)
                page.samples = 0
                page.oldest = .max
                book.pages[series] = page
                return news
            }
        }
    }

    /// Forgets a series that was deleted.
    func forget(_ series: SeriesID) {
        book.withLock { book in
            book.pages[series] = nil
            book.touched.removeAll { $0 == series }
        }
    }
}
