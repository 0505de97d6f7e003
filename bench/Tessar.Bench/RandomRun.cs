using System.Security.Cryptography;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Models;
using Tessar.Runs;
using Tessar.Tensors;
using static TorchSharp.torch;

namespace Tessar.Bench;

/// <summary>A run with random weights: speed doesn't depend on how well they are trained.</summary>
internal static class RandomRun
{
    /// <summary>Writes the run and opens it.</summary>
    /// <param name="directory">Its folder.</param>
    /// <param name="model">A model of the zoo.</param>
    /// <param name="store">Its data.</param>
    /// <param name="data">Name of the data.</param>
    public static Runs.Run Create(string directory, string model, ExampleStore store, string data)
    {
        string file = Path.Combine("checkpoints", "step-00000000.safetensors");
        string path = Path.Combine(directory, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        long parameters;
        ModelInput input = ModelInput.Of(store);
        using (nn.Module<Tensor, Tensor> module = ModelSource.Parse(model).Create(input, store.ClassNames.Count, 1))
        {
            StateDict.Save(module, path);
            parameters = module.parameters().Sum(p => p.numel());
        }

        RunJson.Write(Path.Combine(directory, RunJson.FileName), new RunRecord
        {
            Schema = RunRecord.CurrentSchema,
            Name = "bench",
            Kind = RunKind.Imported,
            Status = RunStatus.Completed,
            Created = DateTimeOffset.UnixEpoch,
            Program = new TrainingProgram
            {
                Model = model,
                Parameters = parameters,
                Data = new DataReference(
                    data, null, store.Identity, ExampleSet.Parse(store, "train").ToString(),
                    ExampleSet.Parse(store, "test").ToString()),
                Input = input,
            },
            Classes = store.ClassNames,
            Checkpoints = [new Checkpoint(file, 0, 0, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))))],
            Versions = new RunVersions("0", "0", "0", "0"),
            Machine = new RunMachine("bench", "bench", Environment.ProcessorCount, Native.TorchThreads.Current),
        });
        return Runs.Run.Open(directory);
    }
}
