// What the commit loop notes for forecasting: one entry a series, whatever came. The rhythm itself is tested with its
// detector.

import SeriesStore
import Testing

@testable import ForecastDaemon

@Suite("News of arrivals") struct ArrivalBookTests {
    let second: Int64 = 1_000_000_000

    @Test("news are one entry a series, however many samples came")
    func bounded() {
        let book = ArrivalBook()
        var batch = SampleBatch()
        for k in 0..<1000 { batch.append(series: Int64(k % 3), timestamp: Int64(k) * second, value: 0) }
        book.note(batch)
        let news = book.drain()
        #expect(news.map(\.series) == [0, 1, 2])
        #expect(news[0].newest == 999 * second)
        #expect(news[0].oldest == 0)
        #expect(book.drain().isEmpty)
    }

    @Test("eight samples a minute apart tell the rhythm")
    func rhythm() {
        let book = ArrivalBook()
        for k in 0..<8 {
            book.note(SampleBatch(series: [5], timestamps: [Int64(k) * 60 * second], values: [1]))
        }
        #expect(book.drain().first?.rhythm == .regular(seconds: 60))
    }

    @Test("what came late is told, and the newest stays the newest")
    func late() {
        let book = ArrivalBook()
        book.note(SampleBatch(series: [1], timestamps: [100 * second], values: [1]))
        _ = book.drain()
        book.note(SampleBatch(series: [1], timestamps: [40 * second], values: [1]))
        let news = book.drain()
        #expect(news.first?.oldest == 40 * second)
        #expect(news.first?.newest == 100 * second)
    }
}
