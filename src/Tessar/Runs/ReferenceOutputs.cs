using System.Globalization;
using System.Security.Cryptography;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Models;
using Tessar.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Runs;

/// <summary>Asks a model about a run's reference inputs, so that another function with the same weights is found out.</summary>
/// <remarks>
/// The inputs lie in the run's folder as they enter the model, so that neither the data nor the code that encodes them is
/// needed. A few logits of each are kept with every checkpoint. Other numbers of threads and other processors round otherwise, so
/// answers count as the same within <see cref="Tolerance"/> of the largest one; another activation, another draw of a constant is
/// far beyond that.
/// </remarks>
internal static class ReferenceOutputs
{
    public const string File = "reference.safetensors";

    /// <summary>Largest difference relative to the largest recorded logit.</summary>
    public const double Tolerance = 1e-2;

    private const string Tensor = "inputs";
    private const int MostExamples = 4;
    private const int MostLogits = 32;
    private const long MostBytes = 1 << 20;

    /// <summary>Takes the first examples of a set: four, or as many as fit into a mebibyte, but at least one.</summary>
    /// <param name="set">At least one example.</param>
    /// <param name="input">How they become inputs.</param>
    /// <returns>Their description and the content of their file.</returns>
    public static (ReferenceInputs Reference, byte[] File) Take(ExampleSet set, ModelInput input)
    {
        using var scope = NewDisposeScope();
        long bytesEach = (long)input.Size * ElementTypes.SizeOf(input.ElementType);
        int count = (int)Math.Clamp(MostBytes / bytesEach, 1, Math.Min(MostExamples, set.Count));
        int[] first = [.. Enumerable.Range(0, count)];
        Tensor inputs = Batches.Inputs(set, first, input).contiguous();
        var writer = new SafetensorsWriter();
        writer.Add(Tensor, input.ElementType, inputs.shape, stream => stream.Write(inputs.bytes));
        using var content = new MemoryStream();
        writer.SaveTo(content);
        byte[] file = content.ToArray();
        var examples = new ExampleSet(set.Store, set.Split, set.First, count);
        return (new ReferenceInputs(File, examples.ToString(), Convert.ToHexStringLower(SHA256.HashData(file))), file);
    }

    /// <summary>
    /// The answers of a model, as a checkpoint keeps them; null when one isn't finite, for then nothing can be compared.
    /// </summary>
    /// <param name="model">In any mode, which it keeps.</param>
    /// <param name="directory">The run's folder.</param>
    /// <param name="reference">Its inputs.</param>
    /// <exception cref="FileFormatException">The inputs aren't those that were recorded.</exception>
    /// <exception cref="TessarException">The inputs can't be read, or the model doesn't take them.</exception>
    public static string? Of(Module model, string directory, ReferenceInputs reference)
    {
        float[] answers = Ask(model, directory, reference);
        return answers.All(float.IsFinite)
            ? string.Join(' ', answers.Select(x => x.ToString("R", CultureInfo.InvariantCulture)))
            : null;
    }

    /// <summary>What differs from recorded answers, as a clause; null when nothing does beyond rounding.</summary>
    /// <inheritdoc cref="Of"/>
    public static string? DifferenceTo(string recorded, Module model, string directory, ReferenceInputs reference)
    {
        double[] then = [.. recorded.Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        float[] now = Ask(model, directory, reference);
        if (now.Length != then.Length)
            return string.Create(CultureInfo.InvariantCulture, $"{now.Length} logits instead of {then.Length}");
        double largest = then.Max(Math.Abs);
        int worst = Enumerable.Range(0, then.Length)
            .MaxBy(i => double.IsNaN(now[i]) ? double.PositiveInfinity : Math.Abs(now[i] - then[i]));
        // !(a <= b) so that NaN differs too.
        return !(Math.Abs(now[worst] - then[worst]) <= (Tolerance * largest) + 1e-6)
            ? string.Create(CultureInfo.InvariantCulture, $"a logit of {now[worst]:G5} where {then[worst]:G5} is recorded")
            : null;
    }

    /// <summary>Whether text is what a checkpoint may keep.</summary>
    public static bool IsValid(string answers) => answers.Split(' ').All(
        text =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value));

    private static float[] Ask(Module module, string directory, ReferenceInputs reference)
    {
        if (module is not Module<Tensor, Tensor> model)
            throw new ArgumentException($"{module.GetName()} is no module from a tensor to a tensor.", nameof(module));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor inputs = Read(Path.Combine(directory, reference.File), reference);
        bool wasTraining = model.training;
        model.eval();
        try
        {
            Tensor logits = model.Ask(inputs).to_type(ScalarType.Float32).flatten(1);
            long each = Math.Clamp(MostLogits / logits.shape[0], 1, logits.shape[1]);
            return logits.narrow(1, 0, each).contiguous().data<float>().ToArray();
        }
        catch (Exception e) when (e is not (TessarException or OutOfMemoryException))
        {
            // The code of a user's model may throw anything.
            throw new TessarException(
                $"The model fails on a batch of {inputs.shape[0]} of its examples in evaluation mode: "
                    + $"{FirstLine.Of(e).TrimEnd('.')} "
                + $"({e.GetType().Name}). Correct the model: it has to take batches of any size.", ErrorKind.InputData, e);
        }
        finally
        {
            model.train(wasTraining);
        }
    }

    private static Tensor Read(string path, ReferenceInputs reference)
    {
        FileHash.Check(path, reference.Sha256, "Restore the file from a copy, or accept the model as it is.");
        using SafetensorsFile file = SafetensorsFile.Open(path);
        if (!file.TryGet(Tensor, out TensorEntry? entry) || entry.Type is not (ElementType.F32 or ElementType.I64))
            throw new FileFormatException(
                path, null, $"a tensor `{Tensor}` of type F32 or I64", "none", "Restore the file from a copy.");
        Tensor inputs = empty([.. entry.Shape], entry.Type == ElementType.F32 ? float32 : int64);
        file.Bytes(entry).CopyTo(inputs.bytes);
        return inputs;
    }
}
