// The quantiles of errors are taken without sorting all of them. The plain reference is the standard library's sort.

import Testing

@testable import RNNForecast

@Suite("Spread") struct SpreadTests {
    @Test("places are filled as sorting would fill them, ties, runs and few values included", arguments: 0..<60)
    func selection(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        let count = [1, 2, 3, 11, 12, 13, 50, 239, 240, 1000][seed % 10]
        let values = (0..<count).map { index -> Double in
            let draw = random.next()
            return switch seed / 10 {
            case 0: Double(draw % 1000)
            case 1: Double(draw % 3)
            case 2: Double(index)
            case 3: Double(-index)
            case 4: 7
            default: Double(Int64(bitPattern: draw))
            }
        }
        let places = (0..<14).map { _ in Int(random.next() % UInt64(count)) }.sorted()
        var selected = values
        select(places.span, of: &selected)
        let sorted = values.sorted()
        for place in places { #expect(selected[place] == sorted[place]) }
        #expect(selected.sorted() == sorted)
    }

    @Test("the spread of errors keeps its quantiles to their side of 0")
    func lopsided() {
        let climb = lopsidedSpread(of: (1...100).map(Double.init))
        #expect(climb.prefix(4).allSatisfy { $0 == 0 } && climb[6] > 95 && climb[4] > 70)
        #expect(lopsidedSpread(of: []) == Array(repeating: 0, count: 7))
    }
}
