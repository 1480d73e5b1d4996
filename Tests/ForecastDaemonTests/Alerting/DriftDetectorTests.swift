import Testing

@testable import ForecastDaemon

@Suite("Drift detector") struct DriftDetectorTests {
    @Test("a detector read back goes on bit for bit, whatever happens next", arguments: [300, 700, 2900, 3050, 3300])
    func resumes(at cut: Int) throws {
        var detector = DriftDetector(stepSeconds: 300)
        var copy: DriftDetector?
        var noise = SeededNoise(seed: 7)
        for k in 0..<3600 {
            if k == cut { copy = try DriftDetector(decoding: detector.encoded()) }
            let value = 50 + 10 * noise.wave(k, period: 288) + noise.normal() + (k >= 3000 ? 30 : 0)
            let seen = detector.observe(value, at: Int64(k), zone: .utc)
            if var other = copy {
                #expect(other.observe(value, at: Int64(k), zone: .utc) == seen)
                copy = other
            }
        }
        #expect(copy == detector)
    }
}
