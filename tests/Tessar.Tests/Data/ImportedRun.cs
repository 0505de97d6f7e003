using System.Security.Cryptography;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;
using Tessar.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data;

/// <summary>Writes a run without history: a model's weights as they are, on a store's examples.</summary>
internal static class ImportedRun
{
    /// <returns>The run's folder.</returns>
    public static string Write(
        string directory, string model, nn.Module<Tensor, Tensor> weights, ExampleStore store, string train, string test)
    {
        string file = Path.Combine("checkpoints", "step-00000000.safetensors"), path = Path.Combine(directory, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        StateDict.Save(weights, path);
        RunJson.Write(Path.Combine(directory, RunJson.FileName), new RunRecord
        {
            Schema = RunRecord.CurrentSchema,
            Name = Path.GetFileName(directory),
            Kind = RunKind.Imported,
            Status = RunStatus.Completed,
            Created = DateTimeOffset.UnixEpoch,
            Program = new TrainingProgram
            {
                Model = model,
                Parameters = 1,
                Data = new DataReference(Path.GetFileNameWithoutExtension(store.Path), store.Path, store.Identity, train, test),
                Input = new ImageInput(store.Image, new InputNormalization([0.5f], [0.25f])),
            },
            Classes = store.ClassNames,
            Checkpoints = [new Checkpoint(file, 0, 0, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))))],
            Versions = new RunVersions("0", "0", "0", "0"),
            Machine = new RunMachine("test", "test", 1, 1),
        });
        return directory;
    }
}
