// Our step and the spike's, one after the other in the same process (`Benchmarks/over-spike` links its sources in).

#if SPIKE
    import K256
    import K512
    import RNNForecast

    /// Prints windows a second of both, and their ratio, for every cell and size, on AVX-512 and AVX2.
    func compareWithSpike(seconds: Double) {
        for isa in Capacity.instructionSets where isa != "baseline" {
            for (index, cell) in ["elman", "gru", "lstm"].enumerated() {
                for hidden in [8, 16, 32, 64] {
                    let spike = isa == "v4" ? spike512(index, hidden) : spike256(index, hidden)
                    let ratio = Capacity.compare(
                        cell: cell, hidden: hidden, isa: isa, with: spike, clock: ContinuousClock(),
                        duration: .seconds(seconds))
                    print(
                        padded("\(isa) \(cell) \(hidden)", 16), padded("\(Int(ratio.ours)) windows/s", 20),
                        padded("spike \(Int(ratio.theirs))", 16), "\(hundredths(ratio.ours / ratio.theirs)) x")
                }
            }
        }
    }

    private func hundredths(_ value: Double) -> String {
        let whole = Int((value * 100).rounded())
        return "\(whole / 100).\(whole % 100 < 10 ? "0" : "")\(whole % 100)"
    }

    private let series = (0..<24_000).map { _ in Float.random(in: -1...1) }
    private let targets = (0..<72_000).map { _ in Float.random(in: -1...1) }

    private func spike512(_ cell: Int, _ hidden: Int) -> () -> Void {
        let trainer = K512.Trainer(.init(rawValue: cell)!, I: 4, H: hidden, O: 24, T: 48, B: 32)
        for i in 0..<trainer.nParams { trainer.params[i] = startingWeight(hidden) }
        return inTurns { _ = trainer.trainStep(series: series, starts: $0, targets: targets) }
    }

    private func spike256(_ cell: Int, _ hidden: Int) -> () -> Void {
        let trainer = K256.Trainer(.init(rawValue: cell)!, I: 4, H: hidden, O: 24, T: 48, B: 32)
        for i in 0..<trainer.nParams { trainer.params[i] = startingWeight(hidden) }
        return inTurns { _ = trainer.trainStep(series: series, starts: $0, targets: targets) }
    }

    private func startingWeight(_ hidden: Int) -> Float {
        let bound = 1 / Float(hidden).squareRoot()
        return Float.random(in: -bound...bound)
    }

    /// Steps on minibatches that were drawn before the clock runs.
    private func inTurns(_ step: @escaping ([Int32]) -> Void) -> () -> Void {
        let drawn = (0..<50).map { round in (0..<32).map { Int32((round * 37 + $0 * 61) % 2_000) } }
        var round = 0
        return {
            round += 1
            step(drawn[round % drawn.count])
        }
    }
#endif
