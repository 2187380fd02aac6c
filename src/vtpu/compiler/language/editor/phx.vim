" Vim syntax file
" Language: phx, the kernel language of phextcc
if exists("b:current_syntax")
  finish
endif

syntax keyword phxItem param const tensor fn kernel
syntax keyword phxStatement let var return
syntax keyword phxRepeat for in step
syntax keyword phxModifier sparse local at
syntax keyword phxBoolean true false
syntax keyword phxType i64 i32 f64 f32 bool f32x16 i32x16 f64x8 bytes coord message i8 u8 u16 bf16
syntax keyword phxReduction sum min max argmin argmax
syntax keyword phxAxis library shelf series collection volume book chapter section scroll line column
syntax keyword phxFunction fma abs sqrt select lshr exp exp_nonpositive exp_near_zero sigmoid tanh bits_i32 bits_f32 bits_i64 bits_f64
syntax keyword phxFunction spread iota lane lane_f64 lane_f32 lane_i32 permute gather scatter
syntax keyword phxFunction reduce_add reduce_min reduce_max
syntax keyword phxFunction dot_bf16 dot_u8i8 bits_bytes prefetch place put part distance occupied simplices laplace
syntax keyword phxFunction packed send receive barrier fence beacon temperature route sentron all_sum all_min all_max broadcast

syntax match phxNumber "\<0[xX]\x\+\(i32\|i64\)\?\>"
syntax match phxNumber "\<\d\+\(i32\|i64\|f32\|f64\)\?\>"
syntax match phxNumber "\<\d\+\.\(\.\)\@!\d*\([eE][-+]\?\d\+\)\?\(f32\|f64\)\?"
syntax match phxNumber "\<\d\+[eE][-+]\?\d\+\(f32\|f64\)\?\>"
syntax match phxCoordinate "@\d[0-9./]*"
syntax match phxAttribute "@\a\w*"
syntax match phxComment "//.*$"
syntax region phxComment start="/\*" end="\*/"

highlight default link phxItem Structure
highlight default link phxStatement Statement
highlight default link phxRepeat Repeat
highlight default link phxModifier StorageClass
highlight default link phxBoolean Boolean
highlight default link phxType Type
highlight default link phxReduction Function
highlight default link phxFunction Function
highlight default link phxAxis Constant
highlight default link phxNumber Number
highlight default link phxCoordinate Special
highlight default link phxAttribute PreProc
highlight default link phxComment Comment

let b:current_syntax = "phx"
