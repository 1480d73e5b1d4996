// The rows of a ridge: moments and residuals of columns that are the series itself, seen at offsets.
//
// Lanes are rows (consecutive origins). A block of rows of all columns is made in scratch, where it stays in the
// second-level cache; products are summed in a register tile of `gradientRows` x 3 vectors, in Double.

internal import RNNKernelTable

/// Rows of a block.
private let blockRows = 512
/// From one column of a block to the next: not a power of two, or all columns would fall into one cache set.
private let blockStride = blockRows + 8

@safe private struct Doubles {
    let base: UnsafeMutablePointer<Double>
    @inline(always) init(_ base: UnsafeMutablePointer<Double>, _ offset: Int) { unsafe self.base = base + offset }
    @inline(always) subscript(index: Int) -> Double {
        get { unsafe base[index] }
        nonmutating set { unsafe base[index] = newValue }
    }
    @inline(always) func load(_ place: Int) -> D {
        unsafe UnsafeRawPointer(base + place).loadUnaligned(as: D.self)
    }
    @inline(always) func store(_ value: D, _ place: Int) {
        unsafe UnsafeMutableRawPointer(base + place).storeBytes(of: value, as: D.self)
    }
    @inline(always) static func + (doubles: Doubles, offset: Int) -> Doubles {
        unsafe Doubles(doubles.base, offset)
    }
}

/// One column of a block: normalised values of `count` rows from origin `from`, then zeros to a whole vector.
@inline(always)
private func fillColumn(
    _ out: Doubles, _ rows: RidgeRows, _ column: DesignPlan.Column, from: Int, count: Int, _ anchors: Doubles,
    _ scales: Doubles
) {
    let source = unsafe Doubles(
        UnsafeMutablePointer(mutating: rows.channels), column.channel &* rows.design.stride &+ from &+ column.offset)
    let inverse = scales + from
    let anchor = anchors + from
    let whole = count / D.scalarCount &* D.scalarCount
    var i = 0
    while i < whole {
        out.store((source.load(i) - anchor.load(i)) * inverse.load(i), i)
        i = i &+ D.scalarCount
    }
    while i < count {
        out[i] = (source[i] - anchor[i]) * inverse[i]
        i = i &+ 1
    }
    while i % D.scalarCount != 0 {
        out[i] = 0
        i = i &+ 1
    }
}

/// Fills all columns of a block in the order common, constant, targets, own.
@inline(always)
private func fillBlock(_ block: Doubles, _ rows: RidgeRows, from: Int, count: Int) {
    let design = unsafe rows.design
    let anchors = unsafe Doubles(UnsafeMutablePointer(mutating: rows.channels), 0)
    let scales = unsafe Doubles(UnsafeMutablePointer(mutating: rows.inverseScales), 0)
    var out = block
    for column in design.common {
        unsafe fillColumn(out, rows, column, from: from, count: count, anchors, scales)
        out = out + blockStride
    }
    for i in 0..<blockStride { out[i] = i < count ? 1 : 0 }
    out = out + blockStride
    for column in design.targets {
        unsafe fillColumn(out, rows, column, from: from, count: count, anchors, scales)
        out = out + blockStride
    }
    for lag in design.own {
        for column in lag {
            unsafe fillColumn(out, rows, column, from: from, count: count, anchors, scales)
            out = out + blockStride
        }
    }
}

@inline(always) private func total(_ v: D) -> Double {
    #if V512
        let half = v.lowHalf + v.highHalf
        let two = half.lowHalf + half.highHalf
    #elseif V256
        let two = v.lowHalf + v.highHalf
    #else
        let two = v
    #endif
    return two.x + two.y
}

/// `out[i][j] += a[i] . b[j]` for a tile of `gradientRows` x 3 columns, of which `m` x `k` exist; the others repeat the
/// last that does, and are not written.
@inline(always)
private func addTile(
    _ a: Doubles, _ m: Int, _ b: Doubles, _ k: Int, vectors: Int, into out: Doubles, stride: Int, resting: Doubles
) {
    var sums = emptyMoments()
    let b1 = b + min(1, k &- 1) &* blockStride
    let b2 = b + min(2, k &- 1) &* blockStride
    let aStride = m == gradientRows ? blockStride : 0
    for v in 0..<vectors {
        let place = v &* D.scalarCount
        let x0 = b.load(place)
        let x1 = b1.load(place)
        let x2 = b2.load(place)
        for i in 0..<gradientRows {
            let value = a.load(i &* aStride &+ place)
            sums[at: 3 &* i] = multiplyAdd(value, x0, sums[at: 3 &* i])
            sums[at: 3 &* i &+ 1] = multiplyAdd(value, x1, sums[at: 3 &* i &+ 1])
            sums[at: 3 &* i &+ 2] = multiplyAdd(value, x2, sums[at: 3 &* i &+ 2])
        }
    }
    // The tile leaves its registers in a loop that is unrolled; what is conditional works on memory.
    for i in 0..<(3 &* gradientRows) { resting.store(sums[at: i], i &* D.scalarCount) }
    for i in 0..<m {
        let row = out + i &* stride
        for j in 0..<k { row[j] += total(resting.load((3 &* i &+ j) &* D.scalarCount)) }
    }
}

@inline(always)
private func dot(_ a: Doubles, _ b: Doubles, vectors: Int) -> Double {
    var sums = D.zero
    for v in 0..<vectors {
        sums = multiplyAdd(a.load(v &* D.scalarCount), b.load(v &* D.scalarCount), sums)
    }
    return total(sums)
}

@inline(never)
func addMoments(_ rows: RidgeRows, _ moments: UnsafeMutablePointer<Double>) {
    let design = unsafe rows.design
    let width = design.width
    let columns = design.columns
    let leads = design.targets.count
    let own = design.own.count
    let size = (columns &+ max(width, own) &+ 1) &* blockStride
    let scratch = UnsafeMutablePointer<Double>.allocate(capacity: size)
    defer { unsafe scratch.deallocate() }
    let block = unsafe Doubles(scratch, 0)
    let weighted = block + columns &* blockStride
    let resting = weighted + max(width, own) &* blockStride
    let weights = unsafe Doubles(UnsafeMutablePointer(mutating: rows.weights), 0)
    let moments = unsafe Doubles(moments, 0)

    var from = unsafe rows.rows.lowerBound
    let end = unsafe rows.rows.upperBound
    while from < end {
        let count = min(blockRows, end &- from)
        let vectors = (count &+ D.scalarCount &- 1) / D.scalarCount
        unsafe fillBlock(block, rows, from: from, count: count)
        for i in 0..<width {
            weigh(block + i &* blockStride, weights + from, count: count, into: weighted + i &* blockStride)
        }
        var i = 0
        while i < width {
            // Blocks of rows to the left of the diagonal are the mirror of those above it and are left out.
            let m = width &- i >= gradientRows ? gradientRows : 1
            var j = i < width ? i / 3 &* 3 : 0
            while j < columns {
                addTile(
                    weighted + i &* blockStride, m, block + j &* blockStride, min(3, columns &- j), vectors: vectors,
                    into: moments + (i &* columns &+ j), stride: columns, resting: resting)
                j = j &+ 3
            }
            i = i &+ m
        }
        var out = moments + width &* columns
        for n in 0..<leads {
            for j in 0..<own {
                let column = block + (width &+ leads &+ j &* leads &+ n) &* blockStride
                weigh(column, weights + from, count: count, into: weighted)
                for other in 0..<own {
                    out[other] += dot(
                        weighted, block + (width &+ leads &+ other &* leads &+ n) &* blockStride, vectors: vectors)
                }
                out[own] += dot(weighted, block + (width &+ n) &* blockStride, vectors: vectors)
                out = out + (own &+ 1)
            }
        }
        from = from &+ count
    }
}

@inline(always)
private func weigh(_ column: Doubles, _ weights: Doubles, count: Int, into out: Doubles) {
    for i in 0..<count { out[i] = column[i] * weights[i] }
    var i = count
    while i % D.scalarCount != 0 {
        out[i] = 0
        i = i &+ 1
    }
}

@inline(never)
func ridgeResiduals(
    _ rows: RidgeRows, _ coefficients: UnsafePointer<Double>, _ residuals: UnsafeMutablePointer<Double>,
    _ means: UnsafeMutablePointer<Double>
) {
    let design = unsafe rows.design
    let width = design.width
    let leads = design.targets.count
    let own = design.own.count
    let scratch = UnsafeMutablePointer<Double>.allocate(capacity: (design.columns &+ 1) &* blockStride)
    defer { unsafe scratch.deallocate() }
    let block = unsafe Doubles(scratch, 0)
    let absolutes = block + design.columns &* blockStride
    let coefficients = unsafe Doubles(UnsafeMutablePointer(mutating: coefficients), 0)
    let residuals = unsafe Doubles(residuals, 0)
    let means = unsafe Doubles(means, 0)
    let first = unsafe rows.rows.lowerBound
    let end = unsafe rows.rows.upperBound
    let share = 1 / Double(leads)

    var from = first
    while from < end {
        let count = min(blockRows, end &- from)
        let vectors = (count &+ D.scalarCount &- 1) / D.scalarCount
        unsafe fillBlock(block, rows, from: from, count: count)
        for v in 0..<vectors { absolutes.store(.zero, v &* D.scalarCount) }
        var n = 0
        while n < leads {
            // Four leads at a time share the loads of the common columns; the last group repeats its last lead.
            for v in 0..<vectors {
                let place = v &* D.scalarCount
                var sums = [.zero, .zero, .zero, .zero] as InlineArray<4, D>
                for l in 0..<4 { sums[at: l] = (block + (width &+ min(n &+ l, leads &- 1)) &* blockStride).load(place) }
                for i in 0..<width {
                    let x = (block + i &* blockStride).load(place)
                    for l in 0..<4 {
                        let c = coefficients[min(n &+ l, leads &- 1) &* (width &+ own) &+ i]
                        sums[at: l] = multiplyAdd(D(repeating: -c), x, sums[at: l])
                    }
                }
                for l in 0..<4 where n &+ l < leads {
                    var e = sums[at: l]
                    for j in 0..<own {
                        let c = coefficients[(n &+ l) &* (width &+ own) &+ width &+ j]
                        let x = (block + (width &+ leads &+ j &* leads &+ n &+ l) &* blockStride).load(place)
                        e = multiplyAdd(D(repeating: -c), x, e)
                    }
                    let size = e.replacing(with: -e, where: e .< .zero)
                    absolutes.store(multiplyAdd(size, D(repeating: share), absolutes.load(place)), place)
                    let out = residuals + ((n &+ l) &* (end &- first) &+ (from &- first))
                    if place &+ D.scalarCount <= count {
                        out.store(e, place)
                    } else {
                        for lane in 0..<(count &- place) { out[place &+ lane] = e[lane] }
                    }
                }
            }
            n = n &+ 4
        }
        for i in 0..<count { means[from &- first &+ i] = absolutes[i] }
        from = from &+ count
    }
}
