import { describe, expect, test } from "vitest";
import type { Tensor } from "../../src/checkpoint/tensor.ts";
import { layersOf } from "../../src/layers/layers-of.ts";

/**
 * Names of real models, a checkpoint each: name, shape, then what is expected of it: kind, role,
 * block, depth, orientation, reason ("-" for null).
 */
const families: Record<string, string> = {
  "Hugging Face ViT": `
    vit.embeddings.cls_token 1x1x768 embedding - - - out-in not-a-matrix
    vit.embeddings.position_embeddings 1x197x768 embedding position-embedding - - out-in not-a-matrix
    vit.embeddings.patch_embeddings.projection.weight 768x3x16x16 conv patch-embedding - - out-in -
    vit.encoder.layer.10.attention.attention.query.weight 768x768 attention query vit.encoder.layer.10 2 out-in -
    vit.encoder.layer.9.attention.attention.key.weight 768x768 attention key vit.encoder.layer.9 1 out-in -
    vit.encoder.layer.9.attention.attention.value.bias 768 bias - vit.encoder.layer.9 1 out-in not-a-matrix
    vit.encoder.layer.3.attention.output.dense.weight 768x768 attention attention-out vit.encoder.layer.3 0 out-in -
    vit.encoder.layer.3.intermediate.dense.weight 3072x768 dense mlp-in vit.encoder.layer.3 0 out-in -
    vit.encoder.layer.3.output.dense.weight 768x3072 dense mlp-out vit.encoder.layer.3 0 out-in -
    vit.encoder.layer.3.layernorm_before.weight 768 norm - vit.encoder.layer.3 0 out-in not-a-matrix
    classifier.weight 1000x768 dense head - - out-in -
  `,
  "BEiT and DeiT": `
    deit.embeddings.distillation_token 1x1x192 embedding - - - out-in not-a-matrix
    beit.encoder.layer.0.attention.attention.relative_position_bias.relative_position_bias_table 732x12 embedding position-embedding beit.encoder.layer.0 0 out-in not-a-matrix
    beit.encoder.layer.0.attention.attention.value.weight 768x768 attention value beit.encoder.layer.0 0 out-in -
    beit.encoder.layer.0.lambda_1 768 other - beit.encoder.layer.0 0 out-in not-a-matrix
  `,
  "BERT and RoBERTa": `
    bert.embeddings.word_embeddings.weight 30522x768 embedding token-embedding - - in-out -
    bert.embeddings.position_embeddings.weight 512x768 embedding position-embedding - - out-in not-a-matrix
    bert.embeddings.token_type_embeddings.weight 2x768 embedding - - - in-out -
    bert.embeddings.position_ids 1x512 embedding position-embedding - - out-in not-a-matrix
    bert.embeddings.LayerNorm.gamma 768 norm - - - out-in not-a-matrix
    bert.encoder.layer.0.attention.self.query.weight 768x768 attention query bert.encoder.layer.0 0 out-in -
    bert.encoder.layer.0.attention.output.dense.weight 768x768 attention attention-out bert.encoder.layer.0 0 out-in -
    bert.encoder.layer.11.output.dense.weight 768x3072 dense mlp-out bert.encoder.layer.11 1 out-in -
    bert.pooler.dense.weight 768x768 dense - - - out-in -
    cls.predictions.decoder.weight 30522x768 dense head - - out-in -
  `,
  T5: `
    shared.weight 32128x512 embedding token-embedding - - in-out -
    decoder.block.0.layer.1.EncDecAttention.v.weight 512x512 attention value decoder.block.0 2 out-in -
    encoder.block.0.layer.0.SelfAttention.q.weight 512x512 attention query encoder.block.0 0 out-in -
    encoder.block.0.layer.0.SelfAttention.o.weight 512x512 attention attention-out encoder.block.0 0 out-in -
    encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight 32x8 embedding position-embedding encoder.block.0 0 out-in not-a-matrix
    encoder.block.0.layer.0.layer_norm.weight 512 norm - encoder.block.0 0 out-in not-a-matrix
    encoder.block.0.layer.1.DenseReluDense.wi.weight 2048x512 dense mlp-in encoder.block.0 0 out-in -
    encoder.block.1.layer.1.DenseReluDense.wi_0.weight 1024x512 dense mlp-gate encoder.block.1 1 out-in -
    encoder.block.1.layer.1.DenseReluDense.wi_1.weight 1024x512 dense mlp-in encoder.block.1 1 out-in -
    encoder.block.1.layer.1.DenseReluDense.wo.weight 512x1024 dense mlp-out encoder.block.1 1 out-in -
    lm_head.weight 32128x512 dense head - - out-in -
  `,
  "GPT-2": `
    wte.weight 50257x768 embedding token-embedding - - in-out -
    wpe.weight 1024x768 embedding position-embedding - - out-in not-a-matrix
    h.0.attn.bias 1x1x1024x1024 other - h.0 0 out-in not-a-matrix
    h.0.attn.masked_bias scalar other - h.0 0 out-in not-a-matrix
    h.0.attn.c_attn.weight 768x2304 attention query-key-value h.0 0 in-out -
    h.0.attn.c_proj.weight 768x768 attention attention-out h.0 0 in-out -
    h.0.mlp.c_fc.weight 768x3072 dense mlp-in h.0 0 in-out -
    h.0.mlp.c_proj.weight 3072x768 dense mlp-out h.0 0 in-out -
    h.0.ln_1.weight 768 norm - h.0 0 out-in not-a-matrix
    ln_f.bias 768 norm - - - out-in not-a-matrix
  `,
  "nanoGPT, compiled: the same names with transposed matrices": `
    _orig_mod.transformer.h.10.attn.c_attn.weight 2304x768 attention query-key-value _orig_mod.transformer.h.10 1 out-in -
    _orig_mod.transformer.h.2.attn.c_proj.weight 768x768 attention attention-out _orig_mod.transformer.h.2 0 out-in -
    _orig_mod.transformer.h.2.mlp.c_proj.weight 768x3072 dense mlp-out _orig_mod.transformer.h.2 0 out-in -
  `,
  "Llama, Mistral, Qwen, Gemma": `
    model.embed_tokens.weight 32000x4096 embedding token-embedding - - in-out -
    model.layers.0.self_attn.q_proj.weight 4096x4096 attention query model.layers.0 0 out-in -
    model.layers.0.self_attn.k_proj.weight 1024x4096 attention key model.layers.0 0 out-in -
    model.layers.0.self_attn.v_proj.bias 1024 bias - model.layers.0 0 out-in not-a-matrix
    model.layers.0.self_attn.o_proj.weight 4096x4096 attention attention-out model.layers.0 0 out-in -
    model.layers.0.self_attn.q_norm.weight 128 norm - model.layers.0 0 out-in not-a-matrix
    model.layers.0.self_attn.rotary_emb.inv_freq 64 other - model.layers.0 0 out-in not-a-matrix
    model.layers.0.mlp.gate_proj.weight 14336x4096 dense mlp-gate model.layers.0 0 out-in -
    model.layers.0.mlp.up_proj.weight 14336x4096 dense mlp-in model.layers.0 0 out-in -
    model.layers.31.mlp.down_proj.weight 4096x14336 dense mlp-out model.layers.31 1 out-in -
    model.norm.weight 4096 norm - - - out-in not-a-matrix
    lm_head.weight 32000x4096 dense head - - out-in -
  `,
  "LoRA on Llama": `
    base_model.model.model.layers.0.self_attn.q_proj.base_layer.weight 64x64 attention query base_model.model.model.layers.0 0 out-in -
    base_model.model.model.layers.0.self_attn.q_proj.lora_A.default.weight 8x64 attention query base_model.model.model.layers.0 0 out-in -
    base_model.model.model.layers.0.mlp.up_proj.lora_B.weight 128x8 dense mlp-in base_model.model.model.layers.0 0 out-in -
  `,
  "mixtures of experts": `
    model.layers.0.block_sparse_moe.gate.weight 8x4096 dense router model.layers.0 0 out-in -
    model.layers.0.block_sparse_moe.experts.7.w1.weight 14336x4096 expert mlp-gate model.layers.0 0 out-in -
    model.layers.0.block_sparse_moe.experts.7.w2.weight 4096x14336 expert mlp-out model.layers.0 0 out-in -
    model.layers.1.mlp.gate.weight 64x2048 dense router model.layers.1 1 out-in -
    model.layers.1.mlp.experts.3.gate_proj.weight 1024x2048 expert mlp-gate model.layers.1 1 out-in -
    model.layers.1.mlp.shared_expert.up_proj.weight 1024x2048 expert mlp-in model.layers.1 1 out-in -
    model.layers.1.mlp.shared_expert_gate.weight 1x2048 dense router model.layers.1 1 out-in -
    encoder.block.1.layer.1.mlp.router.classifier.weight 8x768 dense router encoder.block.1 0 out-in -
    encoder.block.1.layer.1.mlp.experts.expert_0.wo.weight 768x3072 expert mlp-out encoder.block.1 0 out-in -
  `,
  "GPT-NeoX, Falcon, BLOOM": `
    gpt_neox.embed_in.weight 50304x512 embedding token-embedding - - in-out -
    gpt_neox.layers.0.attention.bias 1x1x2048x2048 other - gpt_neox.layers.0 0 out-in not-a-matrix
    gpt_neox.layers.0.attention.query_key_value.weight 1536x512 attention query-key-value gpt_neox.layers.0 0 out-in -
    gpt_neox.layers.0.attention.dense.weight 512x512 attention attention-out gpt_neox.layers.0 0 out-in -
    gpt_neox.layers.0.mlp.dense_h_to_4h.weight 2048x512 dense mlp-in gpt_neox.layers.0 0 out-in -
    transformer.h.1.mlp.dense_4h_to_h.weight 512x2048 dense mlp-out transformer.h.1 1 out-in -
    transformer.h.0.self_attention.query_key_value.weight 1536x512 attention query-key-value transformer.h.0 0 out-in -
    embed_out.weight 50304x512 dense head - - out-in -
  `,
  "OPT and BART": `
    model.decoder.embed_positions.weight 2050x768 embedding position-embedding - - out-in not-a-matrix
    model.decoder.layers.0.self_attn.out_proj.weight 768x768 attention attention-out model.decoder.layers.0 1 out-in -
    model.decoder.layers.0.encoder_attn.q_proj.weight 768x768 attention query model.decoder.layers.0 1 out-in -
    model.decoder.layers.0.fc1.weight 3072x768 dense mlp-in model.decoder.layers.0 1 out-in -
    model.encoder.layers.0.fc2.weight 768x3072 dense mlp-out model.encoder.layers.0 0 out-in -
  `,
  "timm ViT": `
    pos_embed 1x197x384 embedding position-embedding - - out-in not-a-matrix
    patch_embed.proj.weight 384x3x16x16 conv patch-embedding - - out-in -
    blocks.0.attn.qkv.weight 1152x384 attention query-key-value blocks.0 0 out-in -
    blocks.0.attn.proj.weight 384x384 attention attention-out blocks.0 0 out-in -
    blocks.10.mlp.fc1.weight 1536x384 dense mlp-in blocks.10 2 out-in -
    blocks.2.mlp.fc2.weight 384x1536 dense mlp-out blocks.2 1 out-in -
    blocks.2.ls1.gamma 384 norm - blocks.2 1 out-in not-a-matrix
    head.weight 1000x384 dense head - - out-in -
  `,
  "torchvision ViT": `
    class_token 1x1x768 embedding - - - out-in not-a-matrix
    conv_proj.weight 768x3x16x16 conv patch-embedding - - out-in -
    encoder.pos_embedding 1x197x768 embedding position-embedding - - out-in not-a-matrix
    encoder.layers.encoder_layer_0.self_attention.in_proj_weight 2304x768 attention query-key-value encoder.layers.encoder_layer_0 0 out-in -
    encoder.layers.encoder_layer_0.self_attention.in_proj_bias 2304 bias - encoder.layers.encoder_layer_0 0 out-in not-a-matrix
    encoder.layers.encoder_layer_0.self_attention.out_proj.weight 768x768 attention attention-out encoder.layers.encoder_layer_0 0 out-in -
    encoder.layers.encoder_layer_0.mlp.0.weight 3072x768 dense mlp-in encoder.layers.encoder_layer_0 0 out-in -
    encoder.layers.encoder_layer_11.mlp.3.weight 768x3072 dense mlp-out encoder.layers.encoder_layer_11 1 out-in -
    encoder.layers.encoder_layer_11.mlp.linear_1.weight 3072x768 dense mlp-in encoder.layers.encoder_layer_11 1 out-in -
    encoder.layers.encoder_layer_11.ln_1.weight 768 norm - encoder.layers.encoder_layer_11 1 out-in not-a-matrix
    heads.head.weight 1000x768 dense head - - out-in -
  `,
  "Swin and OpenCLIP": `
    layers.0.blocks.1.attn.qkv.weight 288x96 attention query-key-value layers.0.blocks.1 0 out-in -
    layers.1.blocks.0.attn.relative_position_index 49x49 embedding position-embedding layers.1.blocks.0 1 out-in not-a-matrix
    visual.transformer.resblocks.0.mlp.c_fc.weight 3072x768 dense mlp-in visual.transformer.resblocks.0 0 out-in -
    visual.transformer.resblocks.0.mlp.c_proj.weight 768x3072 dense mlp-out visual.transformer.resblocks.0 0 out-in -
  `,
  "towers of one model count apart": `
    text_model.encoder.layers.0.mlp.fc1.weight 2048x512 dense mlp-in text_model.encoder.layers.0 0 out-in -
    vision_model.encoder.layers.0.mlp.fc1.weight 3072x768 dense mlp-in vision_model.encoder.layers.0 0 out-in -
    visual_projection.weight 512x768 dense - - - out-in -
  `,
  ResNet: `
    conv1.weight 64x3x7x7 conv - - - out-in -
    bn1.running_mean 64 norm - - - out-in not-a-matrix
    layer1.0.conv1.weight 64x64x1x1 conv - layer1.0 0 out-in -
    layer1.0.downsample.0.weight 256x64x1x1 conv - layer1.0 0 out-in -
    layer1.0.downsample.1.weight 256 norm - layer1.0 0 out-in not-a-matrix
    layer4.0.conv1.weight 512x1024x1x1 conv - layer4.0 4 out-in -
    layer3.10.conv1.weight 256x1024x1x1 conv - layer3.10 3 out-in -
    layer3.9.conv1.weight 256x1024x1x1 conv - layer3.9 2 out-in -
    layer2.0.conv1.weight 128x256x1x1 conv - layer2.0 1 out-in -
    fc.weight 1000x2048 dense head - - out-in -
  `,
  "U-Net of a diffusion model": `
    up_blocks.0.resnets.0.conv1.weight 8x8x3x3 conv - up_blocks.0.resnets.0 2 out-in -
    mid_block.resnets.0.conv1.weight 8x8x3x3 conv - mid_block.resnets.0 1 out-in -
    down_blocks.0.resnets.0.conv1.weight 8x8x3x3 conv - down_blocks.0.resnets.0 0 out-in -
  `,
  "plain MLP": `
    module.fc1.weight 256x784 dense - module.fc1 0 out-in -
    module.fc1.bias 256 bias - module.fc1 0 out-in not-a-matrix
    module.fc10.weight 10x64 dense - module.fc10 2 out-in -
    module.fc2.weight 64x256 dense - module.fc2 1 out-in -
  `,
  "nn.Sequential": `
    0.weight 256x784 dense - 0 0 out-in -
    10.weight 10x64 dense - 10 2 out-in -
    2.weight 64x256 dense - 2 1 out-in -
    2.bias 64 bias - 2 1 out-in not-a-matrix
  `,
  "numbered layers": `
    layers.0.weight 256x784 dense - layers.0 0 out-in -
    layers.2.weight 10x256 dense - layers.2 1 out-in -
  `,
  "actor and critic": `
    actor.net.0.weight 64x8 dense - actor.net.0 0 out-in -
    actor.net.2.weight 2x64 dense - actor.net.2 1 out-in -
    critic.net.0.weight 64x8 dense - critic.net.0 0 out-in -
  `,
  VGG: `
    classifier.0.weight 4096x25088 dense - classifier.0 2 out-in -
    features.0.weight 64x3x3x3 conv - features.0 0 out-in -
    features.10.weight 256x128x3x3 conv - features.10 1 out-in -
  `,
  "names that tell no order": `
    alpha.weight 64x8 dense - alpha - out-in -
    beta_layer.weight 8x64 dense - beta_layer - out-in -
  `,
  "torch.nn modules": `
    emb.weight 1000x64 embedding token-embedding - - in-out -
    transformer.layers.0.self_attn.in_proj_weight 192x64 attention query-key-value transformer.layers.0 0 out-in -
    transformer.layers.0.self_attn.out_proj.weight 64x64 attention attention-out transformer.layers.0 0 out-in -
    transformer.layers.0.linear1.weight 256x64 dense mlp-in transformer.layers.0 0 out-in -
    transformer.layers.0.linear2.weight 64x256 dense mlp-out transformer.layers.0 0 out-in -
  `,
  "recurrent modules": `
    lstm.weight_ih_l0 256x64 recurrent input-hidden lstm 0 out-in -
    lstm.weight_hh_l0_reverse 256x64 recurrent hidden-hidden lstm 0 out-in -
    lstm.bias_ih_l0 256 bias - lstm 0 out-in not-a-matrix
    fc.weight 10x64 dense head fc 1 out-in -
  `,
  "silero VAD": `
    final_conv.weight 1x128x1 conv - final_conv 3 out-in -
    stft_conv.weight 258x1x256 conv - stft_conv 0 out-in -
    conv1.weight 128x129x3 conv - conv1 1 out-in -
    lstm_cell.weight_ih 512x128 recurrent input-hidden lstm_cell 2 out-in -
  `,
  Keras: `
    conv2d/kernel 3x3x16x64 conv - conv2d 0 in-out -
    dense/kernel:0 96x128 dense - dense 2 in-out -
    dense/bias:0 128 bias - dense 2 out-in not-a-matrix
    dense_1/kernel:0 128x64 dense - dense_1 3 in-out -
    lstm/lstm_cell/kernel:0 64x256 recurrent input-hidden lstm/lstm_cell 1 in-out -
    lstm/lstm_cell/recurrent_kernel:0 64x256 recurrent hidden-hidden lstm/lstm_cell 1 in-out -
    batch_normalization_1/moving_variance:0 64 norm - - - out-in not-a-matrix
  `,
  "Keras 3": `
    layers/dense/vars/0 96x64 dense - layers/dense 0 in-out -
    layers/dense/vars/1 64 bias - layers/dense 0 out-in not-a-matrix
    layers/dense_1/vars/0 64x70 dense - layers/dense_1 1 in-out -
  `,
  Flax: `
    params/Transformer/encoderblock_0/MultiHeadDotProductAttention_1/query/kernel 768x12x64 attention query params/Transformer/encoderblock_0 0 in-out -
    params/Transformer/encoderblock_0/MultiHeadDotProductAttention_1/query/bias 12x64 bias - params/Transformer/encoderblock_0 0 out-in not-a-matrix
    params/Transformer/encoderblock_0/MultiHeadDotProductAttention_1/out/kernel 12x64x768 attention attention-out params/Transformer/encoderblock_0 0 in-out -
    params/Transformer/encoderblock_10/MlpBlock_3/Dense_0/kernel 768x3072 dense mlp-in params/Transformer/encoderblock_10 1 in-out -
    params/Transformer/encoderblock_0/LayerNorm_0/scale 768 norm - params/Transformer/encoderblock_0 0 out-in not-a-matrix
    params/embedding/kernel 16x16x3x768 conv patch-embedding - - in-out -
    params/Embed_0/embedding 1000x64 embedding token-embedding - - in-out -
    batch_stats/bn_init/mean 64 norm - - - out-in not-a-matrix
  `,
  GGUF: `
    token_embd.weight 32000x64 embedding token-embedding - - in-out -
    blk.0.attn_q.weight 64x64 attention query blk.0 0 out-in -
    blk.0.ffn_gate_inp.weight 8x64 dense router blk.0 0 out-in -
    blk.10.ffn_down.weight 64x128 dense mlp-out blk.10 1 out-in -
    output.weight 32000x64 dense head - - out-in -
  `,
  "transposed convolutions swap inputs and outputs": `
    decoder.0.conv_transpose.weight 128x64x4x4 conv - decoder.0.conv_transpose 0 in-out -
    decoder.1.upsample.weight 64x64x4x4 conv - decoder.1.upsample 1 out-in -
  `,
  "face-api.js, which names kernels of TensorFlow.js by filters": `
    conv32_down/conv/filters 7x7x3x32 conv - conv32_down/conv 0 in-out -
    conv32_down/scale/weights 32 other - - - in-out not-a-matrix
    conv32_down/scale/biases 32 bias - - - out-in not-a-matrix
    dense0/conv1/depthwise_filter 3x3x32x1 conv - dense0/conv1 0 in-out not-a-matrix
    dense0/conv1/pointwise_filter 1x1x32x64 conv - dense0/conv1 0 in-out -
    dense0/conv1/bias 64 bias - dense0/conv1 0 out-in not-a-matrix
    fc/weights 256x7 dense head fc 1 in-out -
  `,
  "PaddlePaddle, which numbers a layer's parameters": `
    conv2d_10.w_0 16x3x3x3 conv - conv2d_10 0 out-in -
    conv2d_10.b_0 16 bias - conv2d_10 0 out-in not-a-matrix
    conv2d_157.w_0 16x1x3x3 conv - - - out-in not-a-matrix
    batch_norm2d_2.w_0 16 norm - - - out-in not-a-matrix
    batch_norm2d_2.b_0 16 norm - - - out-in not-a-matrix
    layer_norm_43.w_0 120 norm - - - out-in not-a-matrix
  `,
  "branches of an ONNX model, a tower each": `
    If_0_else_branch__Inline_0__stft.forward_basis_buffer 130x1x128 conv - If_0_else_branch__Inline_0__stft.forward_basis_buffer 0 out-in -
    If_0_else_branch__Inline_0__encoder.0.reparam_conv.weight 128x65x3 conv - If_0_else_branch__Inline_0__encoder.0.reparam_conv 1 out-in -
    If_0_else_branch__Inline_0__encoder.1.reparam_conv.weight 64x128x3 conv - If_0_else_branch__Inline_0__encoder.1.reparam_conv 2 out-in -
    If_0_else_branch__Inline_0__decoder.rnn.weight_ih 512x128 recurrent input-hidden If_0_else_branch__Inline_0__decoder.rnn 3 out-in -
    If_0_else_branch__Inline_0__decoder.decoder.2.weight 1x128x1 conv - If_0_else_branch__Inline_0__decoder.decoder.2 4 out-in -
    If_0_then_branch__Inline_0__encoder.0.reparam_conv.weight 128x129x3 conv - If_0_then_branch__Inline_0__encoder.0.reparam_conv 0 out-in -
  `,
  "TensorFlow BERT": `
    bert/encoder/layer_10/attention/self/query/kernel 8x8 attention query bert/encoder/layer_10 1 in-out -
    bert/encoder/layer_9/output/dense/kernel 32x8 dense mlp-out bert/encoder/layer_9 0 in-out -
  `,
};

for (const [family, table] of Object.entries(families)) {
  describe(family, () => {
    const rows = table
      .trim()
      .split("\n")
      .map((line) => line.trim().split(" "));
    const layers = layersOf(
      rows.map(([name, shape]) => describedOnly(name!, shape!)),
      { keepFused: true },
    );
    test.each(rows.map((row, i) => ({ name: row[0]!, expected: row.slice(2), layer: layers[i]! })))(
      "$name is recognised",
      ({ name, expected, layer }) => {
        const { tensor, kind, role, block, depth, orientation, skip } = layer;
        expect(tensor).toBe(name);
        const found = [kind, role, block, depth, orientation, skip?.reason];
        expect(found.map((value) => String(value ?? "-"))).toEqual(expected);
      },
    );
  });
}

/** A tensor of which only the description counts. */
function describedOnly(name: string, shape: string): Tensor {
  const read = () => Promise.reject(new Error("recognising a layer reads nothing"));
  const extents = shape === "scalar" ? [] : shape.split("x").map(Number);
  return { name, shape: extents, dtype: "F32", sizeBytes: 0, file: "", storage: null, read };
}
