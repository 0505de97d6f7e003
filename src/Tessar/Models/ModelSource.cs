using System.Globalization;
using System.Reflection;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Named;
using Tessar.Tasks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Models;

/// <summary>An architecture that can be built by name: one of the zoo, or a public module of the user's own assembly.</summary>
public sealed class ModelSource
{
    private static readonly Choices<Module<Tensor, Tensor>, ZooModelAttribute> _zoo = new("model", typeof(ModelSource).Assembly)
    {
        Advice = "Your own: path/my.dll#My.Net.",
        Remedies = [new(RemedyKind.ChangeArgument, "model", "path/my.dll#My.Net")],
    };

    private readonly Type _type;

    private ModelSource(string name, Type type)
    {
        Name = name;
        _type = type;
    }

    /// <summary>The name that builds this architecture again: <c>cnn</c>, or <c>/full/path/my.dll#My.Net</c>.</summary>
    public string Name { get; }

    /// <summary>Whether it comes from a user's assembly, so that nothing is known of it.</summary>
    internal bool IsOwn => !_type.IsDefined(typeof(ZooModelAttribute), inherit: false);

    /// <summary>A learning rate that suits it with AdamW; null when none was measured.</summary>
    internal double? LearningRate =>
        _type.GetCustomAttribute<ZooModelAttribute>() is { LearningRate: > 0 and var rate } ? rate : null;

    /// <summary>Which code this architecture is.</summary>
    /// <exception cref="TessarException">The assembly can't be read any more.</exception>
    internal ModelCode Code =>
        _type.GetCustomAttribute<ZooModelAttribute>() is { } entry && _type.Assembly == typeof(ModelSource).Assembly
        ? new ModelCode { Version = entry.Version }
        : new ModelCode { Assemblies = AssemblyHashes.Of(UserAssembly.PathOf(_type.Assembly)) };

    /// <summary>Which code a name stands for now; loads no assembly.</summary>
    /// <param name="name">The <see cref="Name"/> of an architecture.</param>
    /// <returns>Null when there is no such architecture or file.</returns>
    internal static ModelCode? CodeOf(string name)
    {
        int mark = name.LastIndexOf('#');
        if (mark >= 0)
            return File.Exists(name[..mark]) ? new ModelCode { Assemblies = AssemblyHashes.Of(name[..mark]) } : null;
        return _zoo.FindOrNull(name) is { } known ? new ModelSource(name, known.Type).Code : null;
    }

    /// <summary>The names of the built-in zoo, in ordinal order.</summary>
    public static IReadOnlyCollection<string> ZooNames => _zoo.Names;

    /// <summary>Finds an architecture by name. Doesn't load libtorch.</summary>
    /// <param name="text">
    /// A zoo name (see <see cref="ZooNames"/>), or <c>path/my.dll#My.Net</c>: a public class derived from
    /// <c>Module&lt;Tensor, Tensor&gt;</c> with a public constructor that takes nothing, (int classes),
    /// (<see cref="ImageShape"/> image, int classes) for pictures, or (<see cref="ModelInput"/> input, int classes) for any kind
    /// of input.
    /// </param>
    /// <returns>The architecture; no module has been built yet.</returns>
    /// <exception cref="TessarException">
    /// Unknown zoo name; missing or unreadable assembly; no such type in it; the type isn't such a module.
    /// </exception>
    /// <remarks>
    /// The assembly is loaded into a context of its own that shares Tessar and TorchSharp with this program and finds its
    /// other dependencies beside itself, unless it is part of this program. Its code runs with all rights of this process:
    /// load only what you trust.
    /// </remarks>
    public static ModelSource Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        int mark = text.LastIndexOf('#');
        if (mark >= 0)
        {
            Type found = UserAssembly.FindModule(text[..mark], text[(mark + 1)..]);
            return new ModelSource($"{UserAssembly.PathOf(found.Assembly)}#{found.FullName}", found);
        }

        return new ModelSource(text, _zoo.TypeOf(text));
    }

    /// <summary>Builds a module with freshly initialised weights and makes sure that it takes these inputs.</summary>
    /// <param name="input">What it is given.</param>
    /// <param name="classes">Number of classes, at least 1.</param>
    /// <param name="seed">Decides the initial weights, together with the architecture.</param>
    /// <returns>
    /// A module in training mode that maps a batch of inputs, of pictures float32 [batch, channels, height, width], to logits
    /// [batch, classes]; the caller disposes of it.
    /// </returns>
    /// <exception cref="TessarException">
    /// The constructor threw, or the module doesn't map two examples to [2, classes]; the message names the shapes.
    /// </exception>
    /// <remarks>
    /// Costs one or two forward passes of two examples of noise. Sets libtorch's global generator. A module of your own that
    /// doesn't take batches as they lie in memory, or that changes them, gets others through a hook, as docs/runs.md says.
    /// </remarks>
    public Module<Tensor, Tensor> Create(ModelInput input, int classes, ulong seed = 0)
    {
        CheckClasses(classes);
        string[] names = [.. Enumerable.Range(0, classes).Select(c => c.ToString(CultureInfo.InvariantCulture))];
        return Create(input, TaskCatalog.Of(name: null, names), seed, feed: null);
    }

    /// <summary>The same for any task, and a module that is known to be fed in a certain way.</summary>
    internal Module<Tensor, Tensor> Create(ModelInput input, ITask task, ulong seed, ModelFeed? feed) =>
        Build(input, task, seed, feed).Module;

    /// <summary>The same, and tells how the module is fed.</summary>
    internal (Module<Tensor, Tensor> Module, ModelFeed Feed) Build(ModelInput input, ITask task, ulong seed, ModelFeed? feed)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(task);
        CheckClasses(task.Outputs.Count);
        TorchSeed.Set(seed, "initialise");
        Module<Tensor, Tensor> module = Construct(input, task.Outputs.Count);
        try
        {
            return (module, ModelFit.Check(module, Name, input, task, IsOwn ? feed : ModelFeed.Ordinary));
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }

    private static void CheckClasses(int classes)
    {
        if (classes < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(classes),
                "The data have no labels, and a model learns from a class for each example. Import them again with the column "
                    + "that holds the labels.")
                .ForUser(ErrorKind.InputData, new Remedy(RemedyKind.ImportExamples));
        }
    }

    private Module<Tensor, Tensor> Construct(ModelInput input, int classes)
    {
        foreach ((Type[] parameters, object[] arguments) in Candidates(input, classes))
        {
            if (_type.GetConstructor(parameters) is not { } constructor)
                continue;
            try
            {
                return (Module<Tensor, Tensor>)constructor.Invoke(arguments);
            }
            catch (TargetInvocationException e) when (e.InnerException is { } cause)
            {
                throw new TessarException(
                    string.Create(CultureInfo.InvariantCulture,
                        $"Model `{Name}` can't be built for {input.SizeText} {input.Noun} in {classes} classes: ")
                    + $"{FirstLine.Of(cause)} ({cause.GetType().Name} in its constructor).",
                    ErrorKind.InputData, cause);
            }
        }

        throw Unusable(input, classes);
    }

    // What a constructor may ask for: the size as the kind of input has it, that kind, any kind, or nothing of it.
    private static IEnumerable<(Type[] Parameters, object[] Arguments)> Candidates(ModelInput input, int classes)
    {
        if (input.ForConstructor is { } size)
            yield return ([size.GetType(), typeof(int)], [size, classes]);
        yield return ([input.GetType(), typeof(int)], [input, classes]);
        yield return ([typeof(ModelInput), typeof(int)], [input, classes]);
        yield return ([typeof(int)], [classes]);
        yield return ([], []);
    }

    private TessarException Unusable(ModelInput input, int classes)
    {
        if (IsOwn)
        {
            string own = input.ForConstructor is { } size ? $"({size.GetType().FullName} image, int classes) or " : string.Empty;
            return new TessarException(
                $"Model `{Name}` has no usable constructor: one that is public and takes nothing, (int classes), {own}"
                + $"({typeof(ModelInput).FullName} input, int classes). Add one of them.",
                ErrorKind.InputData);
        }

        string[] fitting =
        [
            .. _zoo.All.Where(model =>
                Candidates(input, classes).Any(one => model.Type.GetConstructor(one.Parameters) is not null))
                .Select(model => model.Name),
        ];
        return new TessarException(
            $"Model `{Name}` isn't made for {input.Noun}. Choose one that is: {string.Join(", ", fitting)}.", ErrorKind.InputData)
        { Remedies = [new(RemedyKind.ChangeArgument, "model", fitting.FirstOrDefault())] };
    }
}
