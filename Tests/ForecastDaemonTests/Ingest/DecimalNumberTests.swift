// Our reading of decimal numbers against strtod, digit for digit, on the texts that tell good parsers from nearly good
// ones.

import Glibc
import Testing

@testable import ForecastDaemon

@Suite("Decimal numbers") struct DecimalNumberTests {
    /// What glibc reads, by the plainest route there is.
    private func reference(_ text: String) -> UInt64 {
        unsafe strtod(text, nil).bitPattern
    }

    private func ours(_ text: String) -> UInt64? {
        LineScanner.withBytes(of: Array(text.utf8)) { bytes -> UInt64? in
            guard let number = DecimalNumber(bytes, from: 0), number.end == bytes.byteCount else { return nil }
            return number.double(bytes, from: 0).bitPattern
        }
    }

    @Test("random decimal strings read as strtod reads them")
    func random() {
        // Issue 11 asks for ten million: FORECASTD_NUMBERS=10000000, in a release build.
        let count = unsafe getenv("FORECASTD_NUMBERS").flatMap { unsafe Int(String(cString: $0)) } ?? 20_000
        let seed: UInt64 = 20_261_124
        var generator = SplitMix(seed: seed)
        var wrong: [String] = []
        for _ in 0..<count {
            let text = Self.text(&generator)
            if ours(text) != reference(text) { wrong.append(text) }
        }
        #expect(wrong.isEmpty, "seed \(seed): \(wrong.prefix(5))")
    }

    /// Shortest forms of random bits, forms with many digits, halves between doubles, and digit soup.
    private static func text(_ generator: inout SplitMix) -> String {
        let kind = generator.next() % 6
        let double = Double(bitPattern: generator.next() & 0x7FEF_FFFF_FFFF_FFFF)
        switch kind {
        case 0: return double.description
        case 1: return "-" + Double(Int64(truncatingIfNeeded: generator.next() >> 20)).description
        case 2:
            // Around half way between two doubles: the hardest to round.
            let digits = generator.next() >> 11 | 1 << 52
            return "\(digits).5" + (generator.next() % 2 == 0 ? "" : "0000000000000000000001")
        default:
            var text = generator.next() % 4 == 0 ? "-" : ""
            let before = Int(generator.next() % (kind == 3 ? 4 : 20))
            for _ in 0..<before { text += String(generator.next() % 10) }
            let after = Int(generator.next() % (kind == 4 ? 30 : 12))
            if after > 0 || before == 0 {
                text += "."
                for _ in 0..<max(after, 1) { text += String(generator.next() % 10) }
            }
            if kind == 5 { text += "e\(Int(generator.next() % 700) - 350)" }
            return text
        }
    }

    @Test(
        "known hard numbers read as strtod reads them",
        arguments: [
            "0", "-0", "0.0", "1", "123456789012345678", "1e22", "1e23", "9007199254740993", "9007199254740992.5",
            "2.2250738585072011e-308", "2.2250738585072014e-308", "4.9e-324", "2.4703282292062327e-324",
            "2.4703282292062328e-324", "1e-400", "1.7976931348623157e308", "1.7976931348623158e308", "1.8e308",
            "8.5e-316", "7.2057594037927933e16", "9223372036854775807", "18446744073709551615",
            "18446744073709551616", "0.000000000000000000000000000000000000000000000000001",
            "100000000000000000000000000000000000000000", "6631236846766476e-316",
            "3.2378839133029012895883524125015e-321",
            "1e2147483648", "1e-2147483648", "0e999999999999", "1448997445238699", "5e-324",
            "1090544144181609348835077142190",
            "1e0000000000000000000000000000001", "00000000000000000000000000000000000001.5",
        ])
    func hard(text: String) {
        #expect(ours(text) == reference(text))
    }

    @Test(
        "what is no decimal number is refused",
        arguments: ["", "-", ".", "e5", "1e", "1e+", "nan", "inf", "+", "-.", "x1"])
    func refused(text: String) {
        #expect(ours(text + " ") == nil)
        #expect(LineScanner.withBytes(of: Array((text + " ").utf8)) { DecimalNumber($0, from: 0) == nil })
    }

    @Test(
        "the computed powers of five are those of Lemire's published table",
        arguments: [
            (-342, 0xEEF4_53D6_923B_D65A, 0x113F_AA29_06A1_3B3F), (-1, 0xCCCC_CCCC_CCCC_CCCC, 0xCCCC_CCCC_CCCC_CCCD),
            (0, 0x8000_0000_0000_0000, 0), (1, 0xA000_0000_0000_0000, 0),
            (308, 0x8E67_9C2F_5E44_FF8F, 0x570F_09EA_A7EA_7648),
        ] as [(Int, UInt64, UInt64)])
    func powers(exponent: Int, high: UInt64, low: UInt64) {
        #expect(PowersOfFive.table.count == 651)
        #expect(PowersOfFive.table[exponent + 342] == PowersOfFive.Leading(high: high, low: low))
    }
}
