// What Swift cannot say about vectors, in C that is compiled with each caller's instruction set. No state.
#pragma once

typedef float vector_f4 __attribute__((ext_vector_type(4)));
typedef float vector_f8 __attribute__((ext_vector_type(8)));
typedef float vector_f16 __attribute__((ext_vector_type(16)));

#define VECTOR_INLINE static inline __attribute__((always_inline))

// Swift's SIMD.squareRoot() becomes one scalar square root a lane (Swift 6.3); these become one instruction.
VECTOR_INLINE vector_f4 vector_sqrt4(vector_f4 x) { return __builtin_elementwise_sqrt(x); }
VECTOR_INLINE vector_f8 vector_sqrt8(vector_f8 x) { return __builtin_elementwise_sqrt(x); }
VECTOR_INLINE vector_f16 vector_sqrt16(vector_f16 x) { return __builtin_elementwise_sqrt(x); }

// a b + c, rounded once. Swift's addingProduct is taken apart into lanes, and in chains with constants not always put
// together again (Swift 6.3). Only for callers whose instruction set has it: elsewhere each lane is a call.
VECTOR_INLINE vector_f4 vector_fma4(vector_f4 a, vector_f4 b, vector_f4 c) { return __builtin_elementwise_fma(a, b, c); }
VECTOR_INLINE vector_f8 vector_fma8(vector_f8 a, vector_f8 b, vector_f8 c) { return __builtin_elementwise_fma(a, b, c); }

// Vectors at any address. Swift's loadUnaligned would do, but is not always inlined (Swift 6.3), and its copy is a weak
// symbol that baseline code could be linked to.
typedef float vector_f4_anywhere __attribute__((ext_vector_type(4), aligned(4)));
typedef float vector_f8_anywhere __attribute__((ext_vector_type(8), aligned(4)));
typedef float vector_f16_anywhere __attribute__((ext_vector_type(16), aligned(4)));

VECTOR_INLINE vector_f4 vector_load4(const float *p) { return *(const vector_f4_anywhere *)p; }
VECTOR_INLINE vector_f8 vector_load8(const float *p) { return *(const vector_f8_anywhere *)p; }
VECTOR_INLINE vector_f16 vector_load16(const float *p) { return *(const vector_f16_anywhere *)p; }
VECTOR_INLINE void vector_store4(float *p, vector_f4 v) { *(vector_f4_anywhere *)p = v; }
VECTOR_INLINE void vector_store8(float *p, vector_f8 v) { *(vector_f8_anywhere *)p = v; }
VECTOR_INLINE void vector_store16(float *p, vector_f16 v) { *(vector_f16_anywhere *)p = v; }

// Transposes a square of 4 or 8 numbers, rows `from_stride` and `to_stride` apart. Each round puts the even numbers of two
// rows into one and the odd into another, which turns the binary digits of (row, column) by one.
VECTOR_INLINE void vector_transpose4(const float *from, long from_stride, float *to, long to_stride) {
    vector_f4 r[4], s[4];
    for (int i = 0; i < 4; i++) r[i] = vector_load4(from + i * from_stride);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 2; i++) {
            s[i] = __builtin_shufflevector(r[2 * i], r[2 * i + 1], 0, 2, 4, 6);
            s[i + 2] = __builtin_shufflevector(r[2 * i], r[2 * i + 1], 1, 3, 5, 7);
        }
        for (int i = 0; i < 4; i++) r[i] = s[i];
    }
    for (int i = 0; i < 4; i++) vector_store4(to + i * to_stride, r[i]);
}
VECTOR_INLINE void vector_transpose8(const float *from, long from_stride, float *to, long to_stride) {
    vector_f8 r[8], s[8];
    for (int i = 0; i < 8; i++) r[i] = vector_load8(from + i * from_stride);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 4; i++) {
            s[i] = __builtin_shufflevector(r[2 * i], r[2 * i + 1], 0, 2, 4, 6, 8, 10, 12, 14);
            s[i + 4] = __builtin_shufflevector(r[2 * i], r[2 * i + 1], 1, 3, 5, 7, 9, 11, 13, 15);
        }
        for (int i = 0; i < 8; i++) r[i] = s[i];
    }
    for (int i = 0; i < 8; i++) vector_store8(to + i * to_stride, r[i]);
}

// Whole numbers of a byte as numbers.
typedef signed char vector_b4_anywhere __attribute__((ext_vector_type(4), aligned(1)));
typedef signed char vector_b8_anywhere __attribute__((ext_vector_type(8), aligned(1)));
typedef signed char vector_b16_anywhere __attribute__((ext_vector_type(16), aligned(1)));

VECTOR_INLINE vector_f4 vector_bytes4(const signed char *p) {
    return __builtin_convertvector(*(const vector_b4_anywhere *)p, vector_f4);
}
VECTOR_INLINE vector_f8 vector_bytes8(const signed char *p) {
    return __builtin_convertvector(*(const vector_b8_anywhere *)p, vector_f8);
}
VECTOR_INLINE vector_f16 vector_bytes16(const signed char *p) {
    return __builtin_convertvector(*(const vector_b16_anywhere *)p, vector_f16);
}

// The last bits of each number, moved to where its exponent is. (Swift's shift of a vector stays lane by lane, Swift 6.3.)
typedef unsigned vector_u4 __attribute__((ext_vector_type(4)));
typedef unsigned vector_u8 __attribute__((ext_vector_type(8)));
VECTOR_INLINE vector_f4 vector_to_exponent4(vector_f4 x) { return (vector_f4)((vector_u4)x << 23); }
VECTOR_INLINE vector_f8 vector_to_exponent8(vector_f8 x) { return (vector_f8)((vector_u8)x << 23); }

// Lane by lane, entry `index % 32` of a table of 32 numbers, the first 16 in `low`.
#if defined(__AVX512F__)
typedef unsigned vector_u16 __attribute__((ext_vector_type(16)));
VECTOR_INLINE vector_f16 vector_lookup32(vector_f16 low, vector_f16 high, vector_u16 index) {
    typedef float f16 __attribute__((vector_size(64)));
    typedef int i16 __attribute__((vector_size(64)));
    return (vector_f16)__builtin_ia32_vpermi2varps512((f16)low, (i16)index, (f16)high);
}
#endif

// The microarchitecture level of this CPU that our kernels know: 4 (AVX-512), 3 (AVX2 and FMA) or 1 (baseline).
VECTOR_INLINE int vector_cpu_level(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    int v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    int v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    return v4 ? 4 : v3 ? 3 : 1;
#else
    return 1;
#endif
}

// Denormals cost a hundred cycles each and mean nothing in a gradient: flush them on this thread (FTZ and DAZ).
// Returns the state before, for vector_restore_denormals.
VECTOR_INLINE unsigned vector_flush_denormals(void) {
#if defined(__x86_64__)
    unsigned before = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(before | 0x8040);
    return before;
#else
    return 0;
#endif
}

VECTOR_INLINE void vector_restore_denormals(unsigned before) {
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr(before);
#else
    (void)before;
#endif
}

// log(1 + exp(x)) without overflow, for the cross-entropy of an event. (The C library's functions, called by name.)
VECTOR_INLINE float vector_softplus(float x) {
    float size = x < 0 ? -x : x;
    return (x > 0 ? x : 0) + __builtin_log1pf(__builtin_expf(-size));
}
