// Weight gradients: dW[m][k] = sum over steps and lanes of D[t][m] S[t][k].
//
// Sums are kept as vectors of lanes in a tile of `gradientRows` x 3, carried from chunk to chunk of a few steps (so that
// the rows of a chunk are still in the first-level cache), and added across lanes only once a minibatch, eight at a time.

/// Which of the chunks of a minibatch this is: the first starts the sums, the last writes them out.
struct Chunk {
    let first: Bool
    let last: Bool
}

/// Adds a tile of sums across lanes and writes it, `gradientRows` rows of 3.
///
/// `padded`: a row may be written as four numbers, because another tile will write the fourth.
@inline(always)
private func writeTile(_ tile: GradientTile, _ carried: Vectors, into out: Scalars, stride: Int, padded: Bool) {
    // The sums take the place of the vectors they were made of.
    let numbers = carried.scalars
    #if V512
        numbers.storeEight(sums(tile, 0), at: 0)
        numbers.storeEight(sums(tile, 8), at: 8)
        numbers.storeEight(sums(tile, 16), at: 16)
    #else
        numbers.storeEight(sums(tile, 0), at: 0)
        numbers.storeEight(sums(tile, 4), at: 4)
    #endif
    for row in 0..<gradientRows {
        if padded {
            out.storeFour(numbers.four(at: 3 &* row), at: row &* stride)
        } else {
            for column in 0..<3 { out[row &* stride &+ column] = numbers[3 &* row &+ column] }
        }
    }
}

@inline(always)
private func writeColumn(_ carried: Vectors, into out: Scalars, stride: Int) {
    for row in 0..<gradientRows { out[row &* stride] = sum(carried[row]) }
}

@inline(always)
private func addTile(
    _ d: Vectors, _ dStride: Int, _ s: Vectors, _ sStride: Int, steps: Int, width: Int, _ carried: Vectors,
    first: Bool, last: (out: Scalars, stride: Int, padded: Bool)?
) {
    var sums = emptyGradients()
    if !first {
        for i in 0..<(gradientRows &* 3) { sums[at: i] = carried[i] }
    }
    var dRow = d
    var sRow = s
    for _ in 0..<steps {
        var n = 0
        while n < width {
            for pair in 0..<2 {
                let s0 = sRow[n &+ pair]
                let s1 = sRow[width &+ n &+ pair]
                let s2 = sRow[2 &* width &+ n &+ pair]
                for i in 0..<gradientRows {
                    let value = dRow[i &* width &+ n &+ pair]
                    sums[at: 3 &* i] = multiplyAdd(value, s0, sums[at: 3 &* i])
                    sums[at: 3 &* i &+ 1] = multiplyAdd(value, s1, sums[at: 3 &* i &+ 1])
                    sums[at: 3 &* i &+ 2] = multiplyAdd(value, s2, sums[at: 3 &* i &+ 2])
                }
            }
            n = n &+ 2
        }
        dRow = dRow + dStride
        sRow = sRow + sStride
    }
    if let last {
        writeTile(sums, carried, into: last.out, stride: last.stride, padded: last.padded)
    } else {
        for i in 0..<(gradientRows &* 3) { carried[i] = sums[at: i] }
    }
}

@inline(always)
private func addColumn(
    _ d: Vectors, _ dStride: Int, _ s: Vectors, _ sStride: Int, steps: Int, width: Int, _ carried: Vectors,
    first: Bool
) {
    var sums = emptyColumn()
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
    // A constant width makes every address of a tile a constant offset.
    if width == usualWidth {
        addTiles(
            d, dStride, rows: m, s, sStride, columns: k, steps: steps, width: usualWidth, into: out, stride: stride,
            carried: carried, chunk)
    } else {
        addTiles(
            d, dStride, rows: m, s, sStride, columns: k, steps: steps, width: width, into: out, stride: stride,
            carried: carried, chunk)
    }
}

@inline(always)
private func addTiles(
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
                let place = out + (row &* stride &+ column)
                if wide {
                    addTile(
                        dRow, dStride, sRow, sStride, steps: steps, width: width, kept, first: chunk.first,
                        last: chunk.last ? (place, stride, column &+ 3 < k) : nil)
                } else {
                    addColumn(dRow, dStride, sRow, sStride, steps: steps, width: width, kept, first: chunk.first)
                }
                if chunk.last, !wide { writeColumn(kept, into: place, stride: stride) }
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
