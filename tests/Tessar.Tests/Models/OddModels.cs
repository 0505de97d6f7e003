using Tessar.Examples;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Tessar.Tests.Models;

#pragma warning disable MA0048 // models of an imaginary user, found by name
#pragma warning disable MA0056 // TorchSharp registers components in constructors

/// <summary>Two affine layers; what is odd comes in the classes below.</summary>
public abstract class TwoLayers : Module<Tensor, Tensor>
{
    private readonly Linear first;
    private readonly Linear last;

    protected TwoLayers(ImageShape image, int classes, ScalarType type = ScalarType.Float32)
        : base("odd")
    {
        first = Linear(image.Size, 5, dtype: type);
        last = Linear(5, classes, dtype: type);
        RegisterComponents();
    }

    protected Linear First => first;

    protected Linear Last => last;

    protected Tensor Head(Tensor flat) => last.call(F.relu(first.call(flat)));
}

/// <summary>Nothing odd: what the others are compared with.</summary>
public sealed class PlainTwin(ImageShape image, int classes) : TwoLayers(image, classes)
{
    public override Tensor forward(Tensor input) => Head(((input - 0.5) / 0.25).flatten(1));
}

public sealed class ViewsInput(ImageShape image, int classes) : TwoLayers(image, classes)
{
    public override Tensor forward(Tensor input) =>
        Head(((input - 0.5) / 0.25).contiguous().view(input.view(input.shape[0], -1).shape));
}

public sealed class ViewsInTraining(ImageShape image, int classes) : TwoLayers(image, classes)
{
    public override Tensor forward(Tensor input) => Head(training ? input.view(input.shape[0], -1) : input.flatten(1));
}

public sealed class ChangesInput(ImageShape image, int classes) : TwoLayers(image, classes)
{
    public override Tensor forward(Tensor input) => Head(input.sub_(0.5).div_(0.25).flatten(1));
}

public sealed class ChangesInputInTraining(ImageShape image, int classes) : TwoLayers(image, classes)
{
    public override Tensor forward(Tensor input) =>
        Head((training ? input.sub_(0.5).div_(0.25) : (input - 0.5) / 0.25).flatten(1));
}

/// <summary>Changes no number of its input, but the shape.</summary>
public sealed class ReshapesInput(ImageShape image, int classes) : TwoLayers(image, classes)
{
    public override Tensor forward(Tensor input) => Head(((input.unsqueeze_(1) - 0.5) / 0.25).flatten(1));
}

public sealed class DisposesInput(ImageShape image, int classes) : TwoLayers(image, classes)
{
    public override Tensor forward(Tensor input)
    {
        using (input)
            return Head(((input - 0.5) / 0.25).flatten(1));
    }
}

public sealed class GroupNormFirst : Module<Tensor, Tensor>
{
    private readonly GroupNorm norm;
    private readonly Linear last;

    public GroupNormFirst(ImageShape image, int classes)
        : base(nameof(GroupNormFirst))
    {
        norm = GroupNorm(1, image.Channels);
        last = Linear(image.Size, classes);
        RegisterComponents();
        using (no_grad())
        {
            norm.weight!.fill_(1); // TorchSharp leaves them as they are found in memory
            norm.bias!.fill_(0);
        }
    }

    public override Tensor forward(Tensor input) => last.call(norm.call(input).flatten(1));
}

public sealed class NeedsEvenBatch(ImageShape image, int classes) : TwoLayers(image, classes)
{
    public override Tensor forward(Tensor input) => Head(input.reshape(2, input.shape[0] / 2, -1).flatten(0, 1));
}

public sealed class SqueezesOne(ImageShape image, int classes) : TwoLayers(image, classes)
{
    public override Tensor forward(Tensor input) => Head(input.flatten(1)).squeeze();
}

public sealed class AnswersNull(ImageShape image, int classes) : TwoLayers(image, classes)
{
    public override Tensor forward(Tensor input) => null!;
}

public sealed class AnswersNullInTraining(ImageShape image, int classes) : TwoLayers(image, classes)
{
    public override Tensor forward(Tensor input) => training ? null! : Head(input.flatten(1));
}

public sealed class AnswersNaN(ImageShape image, int classes) : TwoLayers(image, classes)
{
    public override Tensor forward(Tensor input) => Head(input.flatten(1)) * ((input * 0).sum() / 0);
}

public sealed class AnswersDisposed(ImageShape image, int classes) : TwoLayers(image, classes)
{
    public override Tensor forward(Tensor input)
    {
        using Tensor answer = Head(input.flatten(1));
        return answer;
    }
}

public sealed class Unregistered : Module<Tensor, Tensor>
{
    private readonly Linear last;

    public Unregistered(ImageShape image, int classes)
        : base(nameof(Unregistered)) => last = Linear(image.Size, classes);

    public override Tensor forward(Tensor input) => last.call(input.flatten(1));
}

public sealed class AllFrozen : TwoLayers
{
    public AllFrozen(ImageShape image, int classes)
        : base(image, classes)
    {
        foreach (Parameter parameter in parameters())
            parameter.requires_grad = false;
    }

    public override Tensor forward(Tensor input) => Head(input.flatten(1));
}

public sealed class Detaches(ImageShape image, int classes) : TwoLayers(image, classes)
{
    public override Tensor forward(Tensor input) => Head(input.flatten(1)).detach();
}

public sealed class CallsForward(ImageShape image, int classes) : TwoLayers(image, classes)
{
    public override Tensor forward(Tensor input) => Last.forward(F.relu(First.forward(input.flatten(1))));
}

public sealed class InBfloat16(ImageShape image, int classes) : TwoLayers(image, classes, ScalarType.BFloat16)
{
    public override Tensor forward(Tensor input) => Head(input.flatten(1).to(ScalarType.BFloat16)).to(ScalarType.Float32);
}

public sealed class InDouble(ImageShape image, int classes) : TwoLayers(image, classes, ScalarType.Float64)
{
    public override Tensor forward(Tensor input) => Head(input.flatten(1).to(ScalarType.Float64)).to(ScalarType.Float32);
}

/// <summary>Single precision, but its code says so too: it can't be brought into another.</summary>
public sealed class NamesItsType(ImageShape image, int classes) : TwoLayers(image, classes)
{
    public override Tensor forward(Tensor input) => Head(input.flatten(1).to(ScalarType.Float32));
}

/// <summary>
/// Attention over the rows of the picture, sequence first: a linear layer sees the examples on the second axis.
/// </summary>
public sealed class SequenceFirst : Module<Tensor, Tensor>
{
    private readonly Linear embedding;
    private readonly Linear last;
    private readonly MultiheadAttention attention;

    public SequenceFirst(ImageShape image, int classes)
        : base(nameof(SequenceFirst))
    {
        embedding = Linear(image.Width, 4);
        attention = MultiheadAttention(4, 2);
        last = Linear(4, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        Tensor rows = embedding.call(input.permute(2, 0, 1, 3).flatten(2));
        (Tensor seen, _) = attention.call(rows, rows, rows, null, false, null);
        return last.call((rows + seen).mean([0]));
    }
}

/// <summary>Attention over the rows of the picture by libtorch's own operation, which has a first derivative only.</summary>
public sealed class FusedAttention : Module<Tensor, Tensor>
{
    private readonly Linear embedding;
    private readonly Linear last;

    public FusedAttention(ImageShape image, int classes)
        : base(nameof(FusedAttention))
    {
        embedding = Linear(image.Width, 4);
        last = Linear(4, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        Tensor rows = embedding.call(input.squeeze(1)).unsqueeze(1);
        return last.call(F.scaled_dot_product_attention(rows, rows, rows).mean([1, 2]));
    }
}

/// <summary>Two layers that see the examples of a batch on the second axis.</summary>
public sealed class AllSequenceFirst : Module<Tensor, Tensor>
{
    private readonly Linear embedding;
    private readonly Linear middle;
    private readonly Linear last;

    public AllSequenceFirst(ImageShape image, int classes)
        : base(nameof(AllSequenceFirst))
    {
        embedding = Linear(image.Width, 4);
        middle = Linear(4, 4);
        last = Linear(4, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) =>
        last.call(middle.call(embedding.call(input.permute(2, 0, 1, 3).flatten(2)).tanh()).mean([0]));
}

public sealed class BatchNormOfVectors : Module<Tensor, Tensor>
{
    private readonly Linear first;
    private readonly BatchNorm1d norm;
    private readonly Linear last;

    public BatchNormOfVectors(ImageShape image, int classes)
        : base(nameof(BatchNormOfVectors))
    {
        first = Linear(image.Size, 5);
        norm = BatchNorm1d(5);
        last = Linear(5, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => last.call(norm.call(first.call(input.flatten(1))).tanh());
}

/// <summary>A batch norm over pixels: of one example too it has many numbers.</summary>
public sealed class BatchNormOfImages : Module<Tensor, Tensor>
{
    private readonly BatchNorm2d norm;
    private readonly Linear last;

    public BatchNormOfImages(ImageShape image, int classes)
        : base(nameof(BatchNormOfImages))
    {
        norm = BatchNorm2d(image.Channels);
        last = Linear(image.Size, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => last.call(norm.call(input).flatten(1));
}
