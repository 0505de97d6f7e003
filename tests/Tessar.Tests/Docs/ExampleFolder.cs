using System.Reflection;
using System.Runtime.Loader;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Models;
using Tessar.Native;
using Tessar.Tensors;
using Tessar.Tests.Examples.Importers;
using Tessar.Tests.Inputs;
using Tessar.Training;
using TorchSharp;

namespace Tessar.Tests.Docs;

/// <summary>
/// The files that examples speak of, made once: a run <c>runs/first</c>, a store, a folder of photos, arrays, weights. Every
/// example runs in a copy of its own.
/// </summary>
public sealed class ExampleFolder : IDisposable
{
    private static readonly ModelInput _input = Images.Of(28, 28, 1);
    private readonly TemporaryFolder _made = new();

    public ExampleFolder()
    {
        using (var writer = ExampleStoreWriter.Create(_made.File("digits.tess"), new StoreLayout
        {
            Columns = [StoreColumn.Image("image", new ImageShape(8, 8, 1)), StoreColumn.Scalar("label", ElementType.I32)],
            Splits = [new StoreSplit("train", 0, 2)],
            Classes = ["zero", "one"],
        }))
        {
            writer.Append([.. new byte[64], 0, 0, 0, 0]);
            writer.Append([.. new byte[64], 1, 0, 0, 0]);
            writer.Finish();
        }

        foreach (string name in (string[])["cat/a.png", "cat/b.png", "dog/c.png"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_made.File($"photos/{name}"))!);
            File.WriteAllBytes(_made.File($"photos/{name}"), Photos.Png(30, 20, 3));
        }

        foreach ((string name, int rows) in (ReadOnlySpan<(string, int)>)[("a.npz", 4), ("b.npz", 2)])
        {
            byte[] labels = [.. Enumerable.Range(0, rows).Select(i => (byte)(i % 2))];
            File.WriteAllBytes(_made.File(name), Npy.Archive(
                ("x", Npy.File("'|u1'", $"({rows}, 2, 3)", Npy.Ramp(rows * 6))), ("y", Npy.File("'|u1'", $"({rows},)", labels))));
        }

        using (torch.nn.Module<torch.Tensor, torch.Tensor> cnn = ModelSource.Parse("cnn").Create(_input, 10, seed: 1))
            StateDict.Save(cnn, _made.File("cnn.safetensors"));
        Trainer.Train(new TrainingRequest
        {
            Model = "logistic", Data = "fashion-mnist-mini", Train = "train:0-199", Test = "test:0-49", Epochs = 2,
            Name = "first", RunsDirectory = _made.File("runs"),
        });
    }

    /// <summary>Runs a program there.</summary>
    /// <param name="program">Its assembly.</param>
    /// <returns>The lines that it prints.</returns>
    internal string[] Run(byte[] program)
    {
        using var folder = new TemporaryFolder();
        foreach (string file in Directory.EnumerateFiles(_made.Path, "*", SearchOption.AllDirectories))
        {
            string copy = folder.File(Path.GetRelativePath(_made.Path, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var context = new AssemblyLoadContext("example", isCollectible: true);
        TextWriter console = Console.Out;
        (string before, int threads) = (Environment.CurrentDirectory, TorchThreads.Current);
        using var output = new StringWriter();
        try
        {
            Environment.CurrentDirectory = folder.Path;
            Console.SetOut(output);
            MethodInfo main = context.LoadFromStream(new MemoryStream(program)).EntryPoint!;
            object[] arguments = main.GetParameters().Length == 0 ? [] : [Array.Empty<string>()];
            main.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);
        }
        finally
        {
            Console.SetOut(console);
            Environment.CurrentDirectory = before;
            TorchThreads.Set(threads);
            context.Unload();
        }

        return output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public void Dispose() => _made.Dispose();
}
