"""The layouts of CIFAR, SVHN and TinyImageNet on disk."""
