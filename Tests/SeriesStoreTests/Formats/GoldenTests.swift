// Stores of released versions stay readable: each kind of bytes as it was first written, read today.

import Testing

@testable import SeriesStore

/// Bytes as released. They are read, never compared with what is written today: another libzstd may pack better.
@Suite("Golden files") struct GoldenTests {
    static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8).map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    @Test(
        "value columns of version 1 are read",
        arguments: zip(
            GoldenContents.values.map(\.name),
            [
                "000000000000404540",
                "0102000500011f01012b0000850000301717170000170300a063cb0e128e08",
                "0100020702000000000000f07f0000000000000080050019000327000075000038010100020002010200807500b0",
                """
                0206abf0d3f4afeebcb73c0180d1fbdd8fcbb6a6b501d39797cff98a9e9aff010108e00240e86bede49c118fa0881b9d\
                84fc61df00285833b15c05b6fd148753af9782393c530ad0705800bc1f49314e9f703375eecd05c44fc08ccd3e7dad6c\
                000fac96552ed2c4d1d5bbe0c3bee9addce0a5f7b7b3009705b0ac0e5fddd2798fe150a92f0d3ae1bfb1e841003d3427\
                80826ef06187a5ebe4be3728c6ebdcb47f5a005f32411b7dde334d00cd88a2efef23d588bc991a670012444592aa8dea\
                4a955431a65bc6b166b11b6a8a3f00780eb86da3
                """,
                """
                010c0006a8e8c8e9970702de92cdb5f0e401adcbff9ceab4040106470000f500009000780d00eaee00620c006b8a00bf\
                ba000f0a064403260404040404d405
                """,
                "04000305162502000400010002390000bd000058000001000101000001000004006000987c81c519c002",
                "0401000000000000c93e06000102040000000100",
                """
                0403000000000000594022200512011f01011f0000550000202f002f000100241d1101a01f01031d00004d0000180202\
                03010025dd100400010002410000dd00007800000000000101000100000000000004002e046a0e007377952300000100\
                00000100
                """,
                """
                0402000000000000594005c80101170101370000b50000601d001d001d001d00001d001d03004080170eb09522019e1f\
                01041f000055000020020202050100261d1100000100
                """,
            ]))
    func values(name: String, hex: String) throws {
        let expected = try #require(GoldenContents.values.first { $0.name == name }).values
        let found = try ValueColumn.decode(Self.bytes(hex), count: expected.count, with: Decompressor())
        #expect(found.map(\.bitPattern) == expected.map(\.bitPattern))
    }

    @Test(
        "time columns of version 1 are read",
        arguments: zip(
            GoldenContents.timestamps.map(\.name),
            [
                "00058080d0e2c6bfce972f80c8afa0250200",
                """
                0180c8afa0258080d0e2c6bfce972f05000102000200a38d06020101430000e50000580404040404454e04044e450600\
                4819a8592057c0a6013287743923
                """,
                "0005ffffffffffffffffff0101020408f70000f7feffffffffffffdfffffffffffffff",
            ]))
    func timestamps(name: String, hex: String) throws {
        let expected = try #require(GoldenContents.timestamps.first { $0.name == name }).timestamps
        let found = try TimeColumn.decode(Self.bytes(hex), count: expected.count, with: Decompressor())
        #expect(found == expected)
    }

    @Test("a journal row of version 1 is read")
    func journal() throws {
        let hex = """
            01012e000000042800001d0100d8020201860e0a00f4ff010202ffff00640e00809c7500883ce4377e0200609c0c1c01\
            d1dc4a320235000000022a00005101000207656c6d616e2d330770726f66696c6503acd4821b020164a41311630003ae\
            d4821b010a010900ff01a1c2dbf2
            """
        #expect(try JournalRow(Self.bytes(hex), with: Decompressor()) == GoldenContents.journal)
    }

    @Test("a journal row with samples series by series is read")
    func journalRuns() throws {
        let hex = """
            01036a00000008630000fd020054050302040202840e028080d0e2c6bfce972f8090dfc04a00f5af9dc2df0100f49fee\
            9ecec1b1e8d0018080b09db9c0b1e8d00190020202ffff0300ff6432c203f284050e00809c7500883ce4377e34333333\
            3333d33f020071634d231414c17b4a8b
            """
        #expect(try JournalRow(Self.bytes(hex), with: Decompressor()) == GoldenContents.journalRuns)
    }

    @Test("a record chunk of version 1 is read")
    func record() throws {
        let hex = """
            0303010105726964676504010105726964676504010107656c6d616e2d3305cc0484070200000e010002c40104160101\
            0600007f
            """
        let bins = (0..<5).map { 98 + $0 * 300 as Int64 }
        let found = try RecordChunk.decode(
            Self.bytes(hex), owner: RecordOwner(grid: 3, lead: 1), bins: bins, with: Decompressor())
        #expect(found == bins.map { RowTests.entry(3, $0) })
    }

    @Test("a tier chunk of version 1 is read")
    func tier() throws {
        let hex = """
            003c01000600c0843d080b04060007070580d9c0d6f010c0843d050408000700070e0101000500010101010865000000\
            0c010100017e010208010101010d010100050001010308030000030e01010002c20101060101060700062d0206feffff\
            ffffff8fe2800101e8cc99b3e6cc71e9cc99b3e6cca101040600bdc138333333334399999999990120010e00068080ef\
            d5d2b5af1f01f9ffe6eeeb82320704060200bd0a2091568310
            """
        let bins = GoldenContents.tierBins
        let starts = bins.indices.map { Int64($0) * 300_000_000_000 }
        let found = try TierChunk.decode(Self.bytes(hex), starts: starts, stepSeconds: 300, with: Decompressor())
        #expect(found == bins)
    }

    @Test("a segment of version 1 is read")
    func segment() throws {
        let hex = """
            46534547010021010000570100000000e50800d6503e3b10052b8d0104c078a50e0a8ad37e59b5dd50b382ec907c6487\
            f34afcc7b7e27b50b21d014045e905c7aa6737108f7f01576e8a2d518cbea8b07ba72b002d00330020bf6890cc1fafd2\
            552e3f1e0f044247840e0e61d1e4c8611d2b8e50e50ec28e1bc7010f6ca5c088a8f66037ef2553a7c6e6b4775e6a280f\
            8b896b189f0b0a96d2f75155959ad2dff32e87bcc405df04b7ecf1d5be70dc03af80e270f7409ae3849440f2dc0980d4\
            82d098229901ccc08dc854aa4aa99245e3d03c9b167b95c4bcbf6e278686f79357ea04b691eb4728d37c13683503bc5a\
            89cddcb188dbcc7db37933b727da50c0b729f9b7eb2a7fe6c2fdccae9d1d010e007108088a814b520c1e6bb7d138034b\
            c052b9b206ec03fbc03eb00f594114912fac320005008094ebdc03020080e76c090102000500011f01012b0000850000\
            301717170000170300a063cb0e128e086da9728e0100020702000000000000f07f000000000000008005001900032700\
            0075000038010100020002010200807500b02cbdf0a404000305162502000400010002390000bd000058000001000101\
            000001000004006000987c81c519c0024af2a2510401000000000000c93e060001020400000001003914d39b04030000\
            00000000594022200512011f01011f0000550000202f002f000100241d1101a01f01031d00004d000018020203010025\
            dd100400010002410000dd00007800000000000101000100000000000004002e046a0e00737795230000010000000100\
            2d60f47f0402000000000000594005c80101170101370000b50000601d001d001d001d00001d001d03004080170eb095\
            22019e1f01041f000055000020020202050100261d11000001002b11bc0601020005f80a1e772817
            """
        let found = try DamageTests.contents(Self.bytes(hex))
        let expected = GoldenContents.segmentValues
        #expect(found.map { $0.values.map(\.bitPattern) } == expected.map { $0.values.map(\.bitPattern) })
        #expect(found.allSatisfy { $0.timestamps == (0..<40).map { $0 * 1_000_000_000 } })
    }
}
