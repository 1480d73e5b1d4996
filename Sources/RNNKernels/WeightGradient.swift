// Weight gradients: dW[m][k] = sum over steps and lanes of D[t][m] S[t][k].
//
// Sums are kept as vectors of lanes in a tile of `gradientRows` x 3, carried from chunk to chunk of a few steps (so that
// the rows of a chunk are still in the first-level cache), and added across lanes only once a minibatch, four at a time.

/// Which of the chunks of a minibatch this is: the first starts the sums, the last writes them out.
struct Chunk {
    let first: Bool
    let last: Bool
}

@inline(never)
private func writeSums(_ sumsOfLanes: Vectors, rows: Int, columns: Int, into out: Scalars, stride: Int) {
    var row = 0
    // rows * columns is a multiple of 4, as gradientRows is.
    var index = 0
    var column = 0
    while index < rows &* columns {
        let four = sums(sumsOfLanes[index], sumsOfLanes[index &+ 1], sumsOfLanes[index &+ 2], sumsOfLanes[index &+ 3])
        for j in 0..<4 {
            out[row &* stride &+ column] = four[j]
            column = column &+ 1
            if column == columns {
                column = 0
                row = row &+ 1
            }
        }
        index = index &+ 4
    }
}

@inline(always)
private func addTile(
    _ d: Vectors, _ dStride: Int, _ s: Vectors, _ sStride: Int, steps: Int, width: Int, _ carried: Vectors,
    first: Bool
) {
    var sums = GradientTile(repeating: .zero)
    if !first {
        for i in 0..<(gradientRows &* 3) { sums[at: i] = carried[i] }
    }
    var dRow = d
    var sRow = s
    for _ in 0..<steps {
        for n in 0..<width {
            let s0 = sRow[n]
            let s1 = sRow[width &+ n]
            let s2 = sRow[2 &* width &+ n]
            for i in 0..<gradientRows {
                let value = dRow[i &* width &+ n]
                sums[at: 3 &* i] = multiplyAdd(value, s0, sums[at: 3 &* i])
                sums[at: 3 &* i &+ 1] = multiplyAdd(value, s1, sums[at: 3 &* i &+ 1])
                sums[at: 3 &* i &+ 2] = multiplyAdd(value, s2, sums[at: 3 &* i &+ 2])
            }
        }
        dRow = dRow + dStride
        sRow = sRow + sStride
    }
    for i in 0..<(gradientRows &* 3) { carried[i] = sums[at: i] }
}

@inline(always)
private func addColumn(
    _ d: Vectors, _ dStride: Int, _ s: Vectors, _ sStride: Int, steps: Int, width: Int, _ carried: Vectors,
    first: Bool
) {
    var sums = GradientColumn(repeating: .zero)
    if !first {
        for i in 0..<gradientRows { sums[at: i] = carried[i] }
    }
    var dRow = d
    var sRow = s
    for _ in 0..<steps {
        for n in 0..<width {
            let value = sRow[n]
            for i in 0..<gradientRows { sums[at: i] = multiplyAdd(value, dRow[i &* width &+ n], sums[at: i]) }
        }
        dRow = dRow + dStride
        sRow = sRow + sStride
    }
    for i in 0..<gradientRows { carried[i] = sums[at: i] }
}

/// Adds the products of `m` rows of `d` with `k` rows of `s` over `steps` steps.
///
/// - Parameters:
///   - d: rows of pre-activation gradients; `dStride` vectors from step to step.
///   - s: rows of inputs; `sStride` vectors from step to step.
///   - width: vectors a row.
///   - out: `[m]` rows of `k` gradients, `stride` apart; written by the last chunk.
///   - carried: `m * k` vectors (and a tile more) kept between chunks.
@inline(never)
func addWeightGradient(
    _ d: Vectors, _ dStride: Int, rows m: Int, _ s: Vectors, _ sStride: Int, columns k: Int, steps: Int, width: Int,
    into out: Scalars, stride: Int, carried: Vectors, _ chunk: Chunk
) {
    var kept = carried
    var row = 0
    while row < m {
        if m &- row >= gradientRows {
            var column = 0
            while column < k {
                let wide = k &- column >= 3
                let columns = wide ? 3 : 1
                let dRow = d + row &* width
                let sRow = s + column &* width
                if wide {
                    addTile(dRow, dStride, sRow, sStride, steps: steps, width: width, kept, first: chunk.first)
                } else {
                    addColumn(dRow, dStride, sRow, sStride, steps: steps, width: width, kept, first: chunk.first)
                }
                if chunk.last {
                    let place = out + (row &* stride &+ column)
                    writeSums(kept, rows: gradientRows, columns: columns, into: place, stride: stride)
                }
                kept = kept + gradientRows &* columns
                column = column &+ columns
            }
            row = row &+ gradientRows
        } else {
            for column in 0..<k {
                var total = chunk.first ? V.zero : kept[0]
                var dRow = d + row &* width
                var sRow = s + column &* width
                for _ in 0..<steps {
                    for n in 0..<width { total = multiplyAdd(dRow[n], sRow[n], total) }
                    dRow = dRow + dStride
                    sRow = sRow + sStride
                }
                kept[0] = total
                if chunk.last { out[row &* stride &+ column] = sum(total) }
                kept = kept + 1
            }
            row = row &+ 1
        }
    }
}
