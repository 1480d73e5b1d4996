// The series of all input files, in order. Files are read at once, lines are parsed only when their turn comes, by the
// worker that needs them.

/// The series named on a command line.
struct OfflineInputs: Sendable {
    private enum Item: Sendable {
        case line(file: Int, range: Range<Int>, number: Int)
        case table(file: Int)
    }

    private let paths: [String]
    private let files: [[UInt8]]
    private let items: [Item]

    /// Reads the files and finds the lines.
    init(_ paths: [String]) throws(OfflineError) {
        var files: [[UInt8]] = []
        var items: [Item] = []
        for (file, path) in paths.enumerated() {
            let isTable = path.hasSuffix(".csv") || path.hasSuffix(".csv.gz")
            guard isTable || path.hasSuffix(".jsonl") || path.hasSuffix(".jsonl.gz") else {
                throw .unknownFormat(path: path)
            }
            let bytes = try OfflineFiles.read(path)
            files.append(bytes)
            if isTable {
                items.append(.table(file: file))
                continue
            }
            var number = 0
            for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
                number += 1
                if line.contains(where: { $0 > UInt8(ascii: " ") }) {
                    items.append(.line(file: file, range: line.startIndex..<line.endIndex, number: number))
                }
            }
        }
        self.paths = paths
        self.files = files
        self.items = items
    }

    var count: Int { items.count }

    /// Parses one series.
    func series(_ index: Int) throws(OfflineError) -> OfflineSeries {
        switch items[index] {
        case .line(let file, let range, let number):
            try OfflineSeries(line: Array(files[file][range]), path: paths[file], number: number)
        case .table(let file):
            try OfflineSeries(csv: files[file], path: paths[file])
        }
    }
}
