#!/bin/sh
# Analyses a folder of checkpoints, or a zoo of models, as a Slurm array: each task takes its share of the layers.
#
#   mkdir -p results
#   job=$(sbatch --parsable --array=0-7 slurm-array.sh /models/zoo/*.safetensors)
#   sbatch --dependency=afterok:"$job" --wrap 'marchenko merge results/shard-*.json -o results/all.json -o results/all.html'
#
# Every task needs the same paths, the same version and the same options: merge says what differs. A task that failed is
# run again with scontrol requeue JOB_TASK, or by hand with --shard 4/8.
#SBATCH --job-name=marchenko
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --output=marchenko-%A_%a.log
set -eu
results=${RESULTS:-results}
# Nodes of different kinds: ENGINE=wasm-plain, whose last bits don't depend on the processor; shards must have one engine.
exec ${MARCHENKO:-marchenko} analyze "$@" \
  --shard auto ${ENGINE:+--engine "$ENGINE"} \
  --workers "${SLURM_CPUS_PER_TASK:-1}" \
  --quiet --output "$results/shard-$SLURM_ARRAY_TASK_ID.json"
