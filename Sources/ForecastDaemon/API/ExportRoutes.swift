// `GET /v1/export`: samples as they are, series by series, in pieces, so that a year of everything costs the daemon no
// more memory than a day of one series. Committed samples only; each piece is read on a snapshot of its own.

import HTTPTypes
import Hummingbird
import NIOCore
import SeriesStore

/// Bulk export.
struct ExportRoutes: Sendable {
    let readiness: Readiness

    /// Samples of a piece, about.
    private static let pieceSize = 20_000
    /// Bytes that are gathered before they are sent.
    private static let bufferSize = 256 << 10

    func add(to router: Router<APIContext>) {
        router.get("v1/export") { request, _ in try export(request) }
    }

    private func export(_ request: Request) throws -> Response {
        let running = try readiness.running()
        let query = try Query(request, taking: ["match", "from", "to", "format"])
        let matching = try query.series(of: running, required: true)
        let range = try query.range() ?? Timestamp.min..<Timestamp.max
        let name = query.text("format") ?? ExportFormat.csv.rawValue
        guard let format = ExportFormat(rawValue: name) else {
            let known = ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw APIError(.badRequest, "format: '\(name)' is not one of \(known)")
        }
        if let info = matching.first(where: { !ExportWriter.canName($0.key, in: format) }) {
            throw APIError(
                .unprocessableContent, "\(format.rawValue) has no form for \(info.key); format=jsonl has one for all")
        }
        return Response(
            status: .ok, headers: [.contentType: format.contentType],
            body: ResponseBody { writer in
                var text = ExportWriter(format)
                for info in matching {
                    for piece in try await pieces(of: info, in: range, running) {
                        let column = try await running.store.reader.samples(
                            of: info.id, from: piece.lowerBound, to: piece.upperBound)
                        text.write(info.key, timestamps: column.timestamps, values: column.values)
                        if text.bytes.count >= Self.bufferSize {
                            try await writer.write(ByteBuffer(bytes: text.take()))
                        }
                    }
                }
                try await writer.write(ByteBuffer(bytes: text.take()))
                try await writer.finish(nil)
            })
    }

    /// Cuts a range where a series has samples into as many as it needs for `pieceSize` each, were they spread evenly.
    private func pieces(
        of info: SeriesInfo, in range: Range<Timestamp>, _ running: Running
    ) async throws(StoreError) -> [Range<Timestamp>] {
        guard let summary = try await running.store.reader.summary(of: info.id) else { return [] }
        let last = summary.last == .max ? Timestamp.max : summary.last + 1
        let covered = range.clamped(to: summary.first..<max(last, summary.first + 1))
        if covered.isEmpty { return [] }
        // 128 bits: a series may reach over the whole of them.
        let count = Int128(summary.count / Self.pieceSize + 1)
        let (from, length) = (Int128(covered.lowerBound), Int128(covered.upperBound) - Int128(covered.lowerBound))
        return (0..<count).compactMap { index in
            let (lower, upper) = (from + length * index / count, from + length * (index + 1) / count)
            return lower < upper ? Timestamp(lower)..<Timestamp(upper) : nil
        }
    }
}
