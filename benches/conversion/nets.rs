//! TFLite nets of any size.

use flatbuffers::FlatBufferBuilder;

#[path = "../../src/tflite/longs.rs"]
mod longs;
#[path = "../../src/tflite/schema.rs"]
mod schema;

use longs::Longs;
use schema::{
    ActivationFunctionType, BufferT, BuiltinOperator, BuiltinOptionsT, Conv2DOptionsT,
    DepthwiseConv2DOptionsT, ModelT, OperatorCodeT, OperatorT, Padding, QuantizationParametersT,
    SubGraphT, TensorT, TensorType,
};

const SIDE: i32 = 8;
const CHANNELS: i32 = 4;

/// Operator codes by their index in the file.
const CODES: [BuiltinOperator; 5] = [
    BuiltinOperator::CONV_2D,
    BuiltinOperator::ADD,
    BuiltinOperator::RESHAPE,
    BuiltinOperator::FULLY_CONNECTED,
    BuiltinOperator::DEPTHWISE_CONV_2D,
];
const CONV_2D: u32 = 0;
const ADD: u32 = 1;
const RESHAPE: u32 = 2;
const FULLY_CONNECTED: u32 = 3;
const DEPTHWISE_CONV_2D: u32 = 4;

/// Buffer 0 is the empty one by convention.
const KERNEL: u32 = 1;
const SHAPE: u32 = 2;
const FIRST_OUTSIDE: usize = 3;

/// A net under construction: every tensor is an image of one size, and all kernels are one.
pub(crate) struct Net {
    tensors: Vec<TensorT>,
    operators: Vec<OperatorT>,
    kernel: i32,
    shape: i32,
}

/// Convolutions, one after the other.
pub(crate) fn chain(size: usize) -> Net {
    let mut net = Net::new();
    let mut x = net.image();
    for _ in 0..size {
        x = net.conv(x);
    }
    net
}

/// Blocks of two convolutions and the sum with what went in.
pub(crate) fn residual(size: usize) -> Net {
    let mut net = Net::new();
    let mut x = net.image();
    while net.operators() < size {
        x = net.block(x);
    }
    net
}

/// The same with an operator after every third block that has no order but the file's, so that the cut
/// has something to decide.
pub(crate) fn residual_with_barriers(size: usize) -> Net {
    let mut net = Net::new();
    let mut x = net.image();
    while net.operators() < size {
        for _ in 0..3 {
            x = net.block(x);
        }
        x = net.barrier(x);
    }
    net
}

/// Square layers whose weights lie behind the flatbuffer, one after the other from `start` on.
pub(crate) fn dense(layers: usize, width: usize, start: u64) -> Vec<u8> {
    let size = (width * width * 4) as u64;
    let mut net = Net::new();
    let side = i32::try_from(width).expect("small");
    let mut x = net.tensor(vec![1, side], TensorType::FLOAT32, 0);
    for layer in 0..layers {
        let buffer = u32::try_from(FIRST_OUTSIDE + layer).expect("few");
        let weights = net.tensor(vec![side, side], TensorType::FLOAT32, buffer);
        let result = net.tensor(vec![1, side], TensorType::FLOAT32, 0);
        let options = BuiltinOptionsT::FullyConnectedOptions(Box::default());
        x = net.push_to(FULLY_CONNECTED, vec![x, weights, -1], result, options);
    }
    let outside = (0..layers as u64).map(|layer| BufferT {
        offset: start + layer * size,
        size_: size,
        ..BufferT::default()
    });
    net.pack_with(outside.collect())
}

/// One layer with weights of this shape: OHWI, 1HWC of a depthwise one, or two axes of a FULLY_CONNECTED one.
/// Weights of bytes are quantised; the activations are not.
pub(crate) fn layer(shape: &[i32], bytes: bool, data: Vec<u8>) -> Vec<u8> {
    let mut net = Net::new();
    let first = u32::try_from(FIRST_OUTSIDE).expect("small");
    let (outputs, inputs) = (shape[0], shape[shape.len() - 1]);
    let type_ = if bytes {
        TensorType::INT8
    } else {
        TensorType::FLOAT32
    };
    let image = |channels| match shape.len() {
        2 => vec![1, channels],
        _ => vec![1, SIDE, SIDE, channels],
    };
    let depthwise = shape.len() == 4 && outputs == 1;
    let x = net.tensor(image(inputs), TensorType::FLOAT32, 0);
    let weights = net.tensor(shape.to_vec(), type_, first);
    if bytes {
        net.tensors[weights as usize].quantization = Some(Box::new(QuantizationParametersT {
            scale: Some(vec![0.01]),
            zero_point: Some(vec![0]),
            ..QuantizationParametersT::default()
        }));
    }
    let outputs = if depthwise { inputs } else { outputs };
    let result = net.tensor(image(outputs), TensorType::FLOAT32, 0);
    let (code, options) = match (shape.len(), depthwise) {
        (2, _) => (
            FULLY_CONNECTED,
            BuiltinOptionsT::FullyConnectedOptions(Box::default()),
        ),
        (_, true) => {
            let options = DepthwiseConv2DOptionsT {
                padding: Padding::SAME,
                stride_w: 1,
                stride_h: 1,
                depth_multiplier: 1,
                ..DepthwiseConv2DOptionsT::default()
            };
            (
                DEPTHWISE_CONV_2D,
                BuiltinOptionsT::DepthwiseConv2DOptions(Box::new(options)),
            )
        }
        (_, false) => {
            let options = Conv2DOptionsT {
                padding: Padding::SAME,
                stride_w: 1,
                stride_h: 1,
                ..Conv2DOptionsT::default()
            };
            (CONV_2D, BuiltinOptionsT::Conv2DOptions(Box::new(options)))
        }
    };
    net.push_to(code, vec![x, weights, -1], result, options);
    net.pack_with(vec![BufferT {
        data: Some(data),
        ..BufferT::default()
    }])
}

impl Net {
    fn new() -> Self {
        let mut net = Net {
            tensors: Vec::new(),
            operators: Vec::new(),
            kernel: 0,
            shape: 0,
        };
        net.kernel = net.tensor(vec![CHANNELS, 1, 1, CHANNELS], TensorType::FLOAT32, KERNEL);
        net.shape = net.tensor(vec![4], TensorType::INT32, SHAPE);
        net
    }

    pub(crate) fn operators(&self) -> usize {
        self.operators.len()
    }

    fn tensor(&mut self, shape: Vec<i32>, type_: TensorType, buffer: u32) -> i32 {
        let index = self.tensors.len();
        self.tensors.push(TensorT {
            shape: Some(shape),
            type_,
            buffer,
            name: Some(format!("tensor_{index}")),
            ..TensorT::default()
        });
        i32::try_from(index).expect("fewer than 2^31 tensors")
    }

    fn image(&mut self) -> i32 {
        self.tensor(vec![1, SIDE, SIDE, CHANNELS], TensorType::FLOAT32, 0)
    }

    fn push(&mut self, code: u32, inputs: Vec<i32>, options: BuiltinOptionsT) -> i32 {
        let result = self.image();
        self.push_to(code, inputs, result, options)
    }

    fn push_to(
        &mut self,
        code: u32,
        inputs: Vec<i32>,
        result: i32,
        options: BuiltinOptionsT,
    ) -> i32 {
        self.operators.push(OperatorT {
            opcode_index: code,
            inputs: Some(inputs),
            outputs: Some(vec![result]),
            builtin_options: options,
            ..OperatorT::default()
        });
        result
    }

    fn conv(&mut self, x: i32) -> i32 {
        let options = Conv2DOptionsT {
            padding: Padding::SAME,
            stride_w: 1,
            stride_h: 1,
            fused_activation_function: ActivationFunctionType::RELU,
            ..Conv2DOptionsT::default()
        };
        let options = BuiltinOptionsT::Conv2DOptions(Box::new(options));
        self.push(CONV_2D, vec![x, self.kernel], options)
    }

    fn block(&mut self, x: i32) -> i32 {
        let inner = self.conv(x);
        let inner = self.conv(inner);
        let options = BuiltinOptionsT::AddOptions(Box::default());
        self.push(ADD, vec![inner, x], options)
    }

    fn barrier(&mut self, x: i32) -> i32 {
        let options = BuiltinOptionsT::ReshapeOptions(Box::default());
        self.push(RESHAPE, vec![x, self.shape], options)
    }

    /// The file.
    pub(crate) fn pack(self) -> Vec<u8> {
        self.pack_with(Vec::new())
    }

    fn pack_with(self, more: Vec<BufferT>) -> Vec<u8> {
        let last = self
            .operators
            .last()
            .and_then(|operator| operator.outputs.clone());
        let first = self
            .operators
            .first()
            .and_then(|operator| operator.inputs.as_deref());
        let first = first.and_then(|inputs| inputs.first().copied());
        let subgraph = SubGraphT {
            tensors: Some(self.tensors),
            inputs: first.map(|input| vec![input]),
            outputs: last,
            operators: Some(self.operators),
            ..SubGraphT::default()
        };
        let code = |builtin_code: BuiltinOperator| OperatorCodeT {
            deprecated_builtin_code: i8::try_from(builtin_code.0).unwrap_or(127),
            builtin_code,
            version: 1,
            ..OperatorCodeT::default()
        };
        let buffer = |data: Vec<u8>| BufferT {
            data: Some(data),
            ..BufferT::default()
        };
        let weights = (0..CHANNELS * CHANNELS).flat_map(|i| (1.0 / (i + 1) as f32).to_le_bytes());
        let shape = [1, SIDE, SIDE, CHANNELS]
            .into_iter()
            .flat_map(i32::to_le_bytes);
        let mut buffers = vec![
            BufferT::default(),
            buffer(weights.collect()),
            buffer(shape.collect()),
        ];
        buffers.extend(more);
        let model = ModelT {
            version: 3,
            operator_codes: Some(CODES.map(code).to_vec()),
            subgraphs: Some(vec![subgraph]),
            buffers: Some(buffers),
            ..ModelT::default()
        };
        let mut builder = FlatBufferBuilder::new();
        let root = model.pack(&mut builder);
        schema::finish_model_buffer(&mut builder, root);
        builder.finished_data().to_vec()
    }
}
