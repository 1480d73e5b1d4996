// What a model weighs: its bytes as stored, and what the process grows by for each decoded copy.

import RNNForecast

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One model's size.
struct SizeRow: Codable {
    var what: String
    var storedBytes: Int
    var memoryBytes: Int
}

/// To be called before anything else: memory that was used and freed would hide the growth.
func measureSizes() -> [SizeRow] {
    let copies = 2_000
    var kept: [Forecaster] = []
    kept.reserveCapacity(3 * copies)
    let rows = Capacity.encodedModels().map { what, bytes in
        let before = residentBytes()
        for _ in 0..<copies {
            if let model = try? Forecaster(decoding: bytes) { kept.append(model) }
        }
        return SizeRow(what: what, storedBytes: bytes.count, memoryBytes: (residentBytes() - before) / copies)
    }
    withExtendedLifetime(kept) {}
    return rows
}

/// Memory of this process that is in use now, as the kernel counts it.
private func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, 256, file) != nil else { return 0 }
    let fields = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
        separator: " ")
    return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * sysconf(Int32(_SC_PAGESIZE))
}
