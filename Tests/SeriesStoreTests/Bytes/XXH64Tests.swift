// Our XXH64 against values that the reference implementation gave; stored keys and checksums rest on it.

import SeriesStore
import Testing

@Suite("XXH64") struct XXH64Tests {
    @Test(
        "agrees with the published implementation",
        arguments: [
            ("", 0xEF46_DB37_51D8_E999, 0xAC75_FDA2_929B_17EF),
            ("a", 0xD24E_C4F1_A98C_6E5B, 0x393D_A8B7_8992_279B),
            ("abc", 0x44BC_2CF5_AD77_0999, 0x1318_DF30_094A_85FD),
            ("Nobody inspects the spammish repetition", 0xFBCE_A83C_8A37_8BF1, 0x56DB_22DD_5B05_1147),
            ("The quick brown fox jumps over the lazy dog", 0x0B24_2D36_1FDA_71BC, 0xB31B_9019_EC17_6B0C),
        ] as [(String, UInt64, UInt64)])
    func vectors(text: String, zero: UInt64, seeded: UInt64) {
        #expect(XXH64.hash(Array(text.utf8)) == zero)
        #expect(XXH64.hash(Array(text.utf8), seed: 2_654_435_761) == seeded)
    }

    @Test("agrees with it on long input")
    func long() {
        #expect(XXH64.hash((0..<101).map { UInt8($0) }) == 0xE990_3849_5F85_381E)
        #expect(XXH64.hash((0..<1000).map { UInt8($0 % 251) }) == 0xF306_F04A_A88B_54D3)
    }
}
