"""`structgrad.nn`: losses, layers and initialisers as functions over arrays and structs."""

from structgrad.nn.activations import relu, sigmoid, softplus
from structgrad.nn.convolution import conv2d
from structgrad.nn.cross_entropies import cross_entropy, soft_cross_entropy
from structgrad.nn.densities import multivariate_normal_logpdf, normal_logpdf
from structgrad.nn.gates import Gates, gru_params, lstm_params
from structgrad.nn.initial import glorot, he, orthogonal, uniform
from structgrad.nn.layers import dropout, embedding, layer_norm
from structgrad.nn.losses import absolute_error, huber, sigmoid_cross_entropy, squared_error
from structgrad.nn.pooling import avg_pool2d, max_pool2d
from structgrad.nn.probabilities import log_softmax, softmax
from structgrad.nn.recurrent import gru, gru_cell, lstm, lstm_cell

__all__ = [
    "Gates",
    "absolute_error",
    "avg_pool2d",
    "conv2d",
    "cross_entropy",
    "dropout",
    "embedding",
    "glorot",
    "gru",
    "gru_cell",
    "gru_params",
    "he",
    "huber",
    "layer_norm",
    "log_softmax",
    "lstm",
    "lstm_cell",
    "lstm_params",
    "max_pool2d",
    "multivariate_normal_logpdf",
    "normal_logpdf",
    "orthogonal",
    "relu",
    "sigmoid",
    "sigmoid_cross_entropy",
    "soft_cross_entropy",
    "softmax",
    "softplus",
    "squared_error",
    "uniform",
]
